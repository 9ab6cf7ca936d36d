"""What ffprobe tells of real videos, as JSON: frames, key frames, bytes, the sum of all times.

    python3 test/support/truth/video.py .cache/samples > test/fixtures/formats/video.expected.json
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile

ROOT = "opencv-doc/usr/share/doc/opencv-doc/"
FILES = [ROOT + "examples/data/" + name for name in ("Megamind.avi", "Megamind_bugy.avi", "tree.avi", "vtest.avi")]
FILES += [ROOT + "opencv4/html/" + name for name in ("box.mp4.gz", "cup.mp4.gz")]


def probe(path, *args):
    command = ["ffprobe", "-v", "quiet", *args, "-of", "json", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def figures(path):
    told = probe(path, "-show_streams", "-show_format")
    video = next(one for one in told["streams"] if one["codec_type"] == "video")
    audio = [one["codec_name"] for one in told["streams"] if one["codec_type"] == "audio"]
    packets = probe(path, "-select_streams", "v:0", "-show_packets")["packets"]
    times = [float(one.get("pts_time", one.get("dts_time"))) for one in packets]
    return {
        "codec": video["codec_name"],
        "width": video["width"],
        "height": video["height"],
        "audio": audio,
        "frames": len(packets),
        "keys": sum(one["flags"].startswith("K") for one in packets),
        "bytes": sum(int(one["size"]) for one in packets),
        "seconds": round(sum(times), 3),
    }


def main():
    all_figures = {}
    for file in FILES:
        path = os.path.join(sys.argv[1], file)
        if not file.endswith(".gz"):
            all_figures[file] = figures(path)
            continue
        with tempfile.NamedTemporaryFile(suffix=".mp4") as plain, gzip.open(path) as packed:
            plain.write(packed.read())
            plain.flush()
            all_figures[file] = figures(plain.name)
    json.dump(all_figures, sys.stdout, indent="\t")
    print()


main()
