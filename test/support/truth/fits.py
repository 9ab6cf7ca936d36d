"""Figures of FITS files as astropy reads them: python3 fits.py FOLDER FILE... > fits.expected.json (names relative to FOLDER)."""

import gzip
import hashlib
import json
import os
import sys
import warnings

import numpy as np
from astropy.io import fits


def digest(texts):
    return hashlib.sha256("\n".join(texts).encode("latin-1", "replace")).hexdigest()[:12]


def number(value):
    return float("%.13g" % value)


def figures(values):
    """Of numbers: how many are finite, their sum, and the sum weighed by place, which tells an order apart."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    finite = np.isfinite(flat)
    weights = (np.arange(flat.size) % 97) + 1
    return {
        "finite": int(finite.sum()),
        "sum": number(flat[finite].sum()),
        "weighed": number((flat[finite] * weights[finite]).sum()),
    }


def header_figures(header):
    texts, total, count = [], 0.0, 0
    for card in header.cards:
        try:
            keyword, value, comment = card.rawkeyword, card.rawvalue, card.comment
        except Exception:
            return {"unreadable": True}
        if keyword in ("COMMENT", "HISTORY", ""):
            continue
        count += 1
        if isinstance(value, (bool, np.bool_)):
            texts.append(keyword + "=" + ("T" if value else "F"))
        elif isinstance(value, complex):
            texts.append(keyword + "~")
            total += value.real + value.imag
        elif isinstance(value, (int, float)):
            texts.append(keyword + "~")
            total += float(value)
        elif isinstance(value, str):
            texts.append(keyword + "=" + value.rstrip())
        else:
            texts.append(keyword + "!")
    return {"cards": count, "digest": digest(texts), "sum": number(total)}


def column_figures(values):
    if isinstance(values, np.ndarray) and values.dtype.kind == "O" or type(values).__name__ == "_VLF":
        if len(values) and all(isinstance(v, str) for v in values):
            return {"digest": digest([str(v).rstrip() for v in values])}
        parts = [np.asarray(v).ravel() for v in values]
        joined = np.concatenate(parts) if parts else np.zeros(0)
        return column_figures(joined)
    values = np.asarray(values)
    if values.dtype.kind in "US":
        texts = [v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in values.ravel()]
        return {"digest": digest([t.split("\0")[0].rstrip(" ") for t in texts])}
    if values.dtype.kind == "c":
        values = np.stack([values.real, values.imag], axis=-1)
    return figures(values)


def header_as_it_stands(path, hdu):
    """Opening changes some headers: those of groups, of HDUs that lack a keyword."""
    if not hasattr(hdu, "fileinfo"):
        return hdu.header
    places = hdu.fileinfo()
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        file.seek(places["hdrLoc"])
        return fits.Header.fromfile(file, endcard=False)


def hdu_figures(path, raw, hdu):
    out = {"name": raw.header.get("EXTNAME", ""), "header": header_figures(header_as_it_stands(path, raw))}
    if raw.header.get("SIMPLE") is False:
        # Astropy gives the bytes behind such a header as they are.
        return out
    try:
        data = hdu.data
    except Exception as error:
        out["noData"] = type(error).__name__
        return out
    if data is None:
        return out
    if isinstance(hdu, fits.GroupsHDU):
        out["groups"] = len(data)
        out["data"] = figures(data.data)
        out["parameters"] = figures(np.stack([data.par(i) for i in range(len(data.parnames))], axis=-1))
    elif isinstance(hdu, (fits.BinTableHDU, fits.TableHDU)) and not isinstance(hdu, fits.CompImageHDU):
        out["rows"] = len(data)
        out["columns"] = [column_figures(data.field(i)) for i in range(len(data.columns))]
    else:
        out["shape"] = list(data.shape)
        out["data"] = figures(data)
    return out


def file_figures(path):
    out = {}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            with fits.open(path, disable_image_compression=True) as raw, fits.open(path) as cooked:
                out["hdus"] = [hdu_figures(path, r, c) for r, c in zip(raw, cooked)]
        except Exception as error:
            return {"error": type(error).__name__}
        if any("truncated" in str(w.message) for w in told):
            out["truncated"] = True
    return out


folder = sys.argv[1]
files = {os.path.relpath(path, folder): file_figures(path) for path in sorted(sys.argv[2:])}
print("{\n" + ",\n".join(json.dumps(name) + ": " + json.dumps(files[name]) for name in files) + "\n}")
