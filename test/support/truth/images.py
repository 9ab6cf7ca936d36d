"""What numpy says of images decoded by Pillow, those of 16 bits by ffmpeg: `images.py ROOT FILE...` prints JSON.

With Debian's python3 and its packages python3-numpy and python3-pil. Figures are those of the samples as stored, without
transparency. The polygon is a star with a hole, in shares of width and height, tested pixel by pixel.
"""
import json
import os
import struct
import subprocess
import sys

import numpy
from PIL import Image

RINGS = [
    [(0.1, 0.2), (0.9, 0.1), (0.7, 0.9), (0.4, 0.5), (0.2, 0.95)],
    [(0.5, 0.3), (0.7, 0.3), (0.6, 0.5)],
]
PERCENTS = [5, 50, 99]


def png_bits(path):
    with open(path, "rb") as file:
        head = file.read(33)
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        return None
    width, height, bits, kind = struct.unpack(">IIBB", head[16:26])
    return width, height, bits, kind


def pixels(path):
    png = png_bits(path)
    if png and png[2] == 16:
        width, height, _, kind = png
        name, channels = {0: ("gray16le", 1), 2: ("rgb48le", 3), 4: ("ya16le", 2), 6: ("rgba64le", 4)}[kind]
        raw = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", name, "-"], check=True, capture_output=True
        ).stdout
        array = numpy.frombuffer(raw, "<u2").reshape(height, width, channels)
        return array[:, :, : 1 if channels < 3 else 3]
    image = Image.open(path)
    if image.mode == "P":
        image = image.convert("RGBA")
    elif image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK"):
        image = image.convert("L")
    array = numpy.asarray(image)
    if array.ndim == 2:
        array = array[:, :, None]
    return array[:, :, :-1] if image.mode in ("LA", "RGBA") else array


def inside(width, height):
    x = numpy.arange(width)[None, :] + 0.5
    y = numpy.arange(height)[:, None] + 0.5
    result = numpy.zeros((height, width), bool)
    for ring in RINGS:
        points = [(px * width, py * height) for px, py in ring]
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
            if y0 == y1:
                continue
            crosses = (y0 <= y) != (y1 <= y)
            result ^= crosses & (x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x)
    return result


def figures(samples):
    """Of samples as rows of bands."""
    bands = samples.T.astype(numpy.float64)
    return {
        "count": int(samples.shape[0]),
        "sums": [int(band.sum()) for band in bands],
        "stds": [float("%.9g" % band.std()) for band in bands],
        "percentiles": [[float("%.9g" % p) for p in numpy.percentile(band, PERCENTS)] for band in bands],
    }


def pixel_means(samples):
    values = samples.astype(numpy.float64)
    total = values.sum(axis=1)
    colored = values[total > 0] / total[total > 0][:, None]
    return [float("%.9g" % mean) for mean in colored.mean(axis=0)] if len(colored) else None


def describe(path):
    try:
        array = pixels(path)
    except Exception as error:
        return {"error": type(error).__name__}
    height, width, channels = array.shape
    samples = array.reshape(-1, channels)
    region = array[inside(width, height)]
    found = {
        "width": width,
        "height": height,
        "channels": channels,
        "bits": array.itemsize * 8,
        "image": figures(samples),
        "polygon": figures(region),
    }
    if channels == 3:
        found["coordinates"] = pixel_means(region)
    return found


root, *files = sys.argv[1:]
print(json.dumps({file: describe(os.path.join(root, file)) for file in files}, separators=(",", ":")))
