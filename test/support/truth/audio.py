# `python3 audio.py SAMPLES > audio.expected.json`: WAV by Python's own wave module and numpy (and sox, which has to agree), Vorbis by ffmpeg.
# ffmpeg 5.1 leaves out the first 128 samples of some short Vorbis files; libvorbisfile, which sox uses, decodes to 16 bits: it has the say over
# their number, and gives the figures where ffmpeg lacks some.
import json
import pathlib
import subprocess
import sys
import wave

import numpy as np

FRAME, HOP = 2048, 512


def of_wav(path):
    with wave.open(str(path)) as sound:
        channels, width, rate = sound.getnchannels(), sound.getsampwidth(), sound.getframerate()
        assert width == 2, path
        data = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, channels) / 32768
    by_sox = subprocess.run(["sox", str(path), "-t", "s16", "-L", "-"], capture_output=True, check=True).stdout
    assert np.array_equal(np.frombuffer(by_sox, "<i2").reshape(-1, channels) / 32768, data), path
    return rate, data, False


def of_vorbis(path):
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate,channels", "-of", "csv=p=0", str(path)]
    rate, channels = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split(",")
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-"]
    decoded = subprocess.run(command, capture_output=True, check=True).stdout
    data = np.frombuffer(decoded, "<f4").reshape(-1, int(channels)).astype("f8")
    by_sox = subprocess.run(["sox", str(path), "-t", "s16", "-L", "-"], capture_output=True, check=True).stdout
    coarse = np.frombuffer(by_sox, "<i2").reshape(-1, int(channels)) / 32768
    return int(rate), data if len(data) == len(coarse) else coarse, len(data) != len(coarse)


def figures(rate, data, coarse):
    mean = data.mean(axis=1)
    last = max(1, 1 + -(-(len(mean) - FRAME) // HOP))
    frames = [mean[i * HOP : i * HOP + FRAME] for i in range(last)]
    levels = [float(np.sqrt(np.mean(frame**2))) for frame in frames]
    return {
        "sampleRate": rate,
        "samples": len(data),
        "sums": [float(f"{v:.9g}") for v in data.sum(axis=0)],
        "squares": [float(f"{v:.9g}") for v in (data**2).sum(axis=0)],
        "peaks": [float(f"{v:.9g}") for v in np.abs(data).max(axis=0)],
        "frames": len(levels),
        "levels": float(f"{sum(levels):.9g}"),
        "weighed": float(f"{sum(level * (i + 1) for i, level in enumerate(levels)):.9g}"),
        "lastLevel": float(f"{levels[-1]:.9g}"),
        **({"coarse": True} if coarse else {}),
    }


samples = pathlib.Path(sys.argv[1])
folders = ["alsa-utils/usr/share/sounds", "pocketsphinx-testdata/usr/share", "sound-theme-freedesktop/usr/share/sounds"]
out = {}
for folder in folders:
    for path in sorted((samples / folder).rglob("*")):
        if path.is_symlink() or path.suffix not in (".wav", ".oga"):
            continue
        out[str(path.relative_to(samples))] = figures(*(of_wav if path.suffix == ".wav" else of_vorbis)(path))
print("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in out.items()) + "\n}")
