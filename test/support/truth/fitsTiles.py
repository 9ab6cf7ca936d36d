"""Writes a small file with every tile compression that astropy has: python3 fitsTiles.py OUT.fits"""

import sys

import numpy as np
from astropy.io import fits

rng = np.random.default_rng(5)
ints = (rng.normal(100, 30, (23, 40)) + np.arange(40)).astype(np.int32)
floats = (rng.normal(5, 1, (23, 40)) + np.sin(np.arange(40))).astype(np.float32)
floats[3, 5] = np.nan
floats[7, :] = 0
mask = np.zeros((23, 40), np.int32)
mask[4:9, 7:30] = 3
mask[12, 12:14] = 5
mask[13, :] = np.arange(40) * 3
tiles = [17, 9]
hdus = [fits.PrimaryHDU()]


def add(name, data, **options):
    hdu = fits.CompImageHDU(data, name=name, **options)
    hdus.append(hdu)


for bits, dtype in ((8, np.uint8), (16, np.int16), (32, np.int32)):
    for kind in ("RICE_1", "GZIP_1", "GZIP_2"):
        add("%s_%d" % (kind, bits), np.clip(ints, 0, 255).astype(dtype), compression_type=kind, tile_size=tiles)
add("RICE_U16", (ints + 40000).astype(np.uint16), compression_type="RICE_1")
add("RICE_WILD", rng.integers(-(2**31), 2**31 - 1, (23, 40), dtype=np.int64).astype(np.int32), compression_type="RICE_1")
add("RICE_STEPS", np.repeat(rng.integers(0, 2**15, (23, 4)), 10, axis=1).astype(np.int16), compression_type="RICE_1", tile_size=tiles)
add("PLIO_1", mask, compression_type="PLIO_1", tile_size=tiles)
for method in (-1, 1, 2):
    for kind in ("RICE_1", "GZIP_1", "GZIP_2"):
        add(
            "%s_Q%d" % (kind, method), floats, compression_type=kind, tile_size=tiles,
            quantize_level=16, quantize_method=method, dither_seed=77,
        )
add("RICE_F64", floats.astype(np.float64) * 3, compression_type="RICE_1", quantize_method=1, dither_seed=9999)
add("GZIP_LOSSLESS", floats, compression_type="GZIP_1", quantize_level=0)
add("GZIP2_LOSSLESS", floats, compression_type="GZIP_2", quantize_level=0, tile_size=tiles)
add("CUBE", np.arange(3 * 5 * 7, dtype=np.int16).reshape(3, 5, 7), compression_type="RICE_1", tile_size=[4, 3, 2])
fits.HDUList(hdus).writeto(sys.argv[1], overwrite=True)
