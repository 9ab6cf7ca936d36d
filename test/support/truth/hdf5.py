"""What h5py finds in HDF5 files, as JSON: `python3 hdf5.py ROOT FILE…` (paths relative to ROOT). The rules of `test/support/agreement/hdf5.ts`."""
import hashlib
import json
import os
import struct
import sys

import h5py
import numpy as np


def digest(parts):
    return hashlib.md5(b"".join(parts)).hexdigest()[:12]


def texts(value):
    if isinstance(value, str):
        return value.encode("utf8", "surrogateescape")
    try:
        value.decode("utf8")
        return value
    except UnicodeDecodeError:
        return value.decode("latin1").encode("utf8")


def one(value, out):
    """A value of an object array, or a number."""
    if isinstance(value, (bytes, str)):
        out.append(texts(value) + b"\0")
    elif isinstance(value, (h5py.Reference, h5py.RegionReference)):
        out.append(b"*")
    elif isinstance(value, np.ndarray):
        out.append(b"[")
        canonical(value, out)
        out.append(b"]")
    elif value is None or value == 0:
        out.append(b"\0")
    else:
        raise TypeError(f"unexpected {type(value)}")


def canonical(array, out):
    dtype = array.dtype
    if dtype.names:
        for name in dtype.names:
            out.append(name.encode() + b":")
            canonical(array[name], out)
    elif dtype.kind in "iu":
        out.append("".join(f"{value}," for value in array.ravel().tolist()).encode())
    elif dtype.kind == "b":
        out.append("".join(f"{int(value)}," for value in array.ravel().tolist()).encode())
    elif dtype.kind == "f":
        if dtype.itemsize > 8:
            raise TypeError("long double")
        for value in array.ravel().tolist():
            out.append(b"NaN" if value != value else struct.pack("<d", value))
    elif dtype.kind == "S":
        for value in array.ravel().tolist():
            out.append(texts(value) + b"\0")
    elif dtype.kind == "V":
        out.append(array.tobytes())
    elif dtype.kind == "O":
        for value in array.ravel().tolist() if array.shape else [array.item()]:
            one(value, out)
    else:
        raise TypeError(f"unexpected {dtype}")


def values(value):
    out = []
    if isinstance(value, h5py.Empty):
        return digest([b"empty"])
    if isinstance(value, (bytes, str, h5py.Reference, h5py.RegionReference)):
        one(value, out)
    else:
        canonical(np.asarray(value), out)
    return digest(out)


def attributes(obj):
    found = []
    for name in sorted(obj.attrs.keys()):
        try:
            found.append(f"{name}={values(obj.attrs[name])}")
        except (TypeError, OSError, ValueError):
            found.append(f"{name}=!")
    return digest([";".join(found).encode("utf8", "surrogateescape")])


def lists(dataset):
    """Values of variable length. h5py leaves big-endian ones as they are in the file and calls them native."""
    kind = dataset.id.get_type()
    if not isinstance(kind, h5py.h5t.TypeVlenID):
        return None
    base = kind.get_super()
    numeric = isinstance(base, (h5py.h5t.TypeIntegerID, h5py.h5t.TypeFloatID))
    swapped = numeric and base.get_order() == h5py.h5t.ORDER_BE
    found = np.empty(dataset.shape or (1,), dtype=object)
    found[...] = dataset[()] if dataset.shape else None
    if not dataset.shape:
        found[0] = dataset[()]
    for at in np.ndindex(found.shape):
        if swapped:
            found[at] = found[at].byteswap()
    return found


def reading(dataset):
    try:
        found = lists(dataset)
        return values(dataset[()] if found is None else found)
    except Exception as error:
        return "!" + str(error).split("\n")[0][:100]


def walk(group, path, seen, datasets, others):
    for name in group:
        here = path.rstrip("/") + "/" + name
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            others.append(f"soft {here} {link.path}")
            continue
        if isinstance(link, h5py.ExternalLink):
            others.append(f"external {here} {link.filename} {link.path}")
            continue
        visit(group[name], here, seen, datasets, others)


def visit(obj, path, seen, datasets, others):
    address = h5py.h5o.get_info(obj.id).addr
    first = address not in seen
    seen.add(address)
    if isinstance(obj, h5py.Dataset):
        shape = "null" if obj.shape is None else "x".join(map(str, obj.shape))
        datasets[path] = [shape, reading(obj), attributes(obj)]
    else:
        kind = "group" if isinstance(obj, h5py.Group) else "datatype"
        others.append(f"{kind} {path} {attributes(obj)}")
        if kind == "group" and first:
            walk(obj, path, seen, datasets, others)


def file(path):
    with h5py.File(path, "r") as opened:
        datasets, others = {}, []
        visit(opened["/"], "/", set(), datasets, others)
        return {"datasets": datasets, "others": digest(["\n".join(sorted(others)).encode()]), "count": len(others)}


root = sys.argv[1]
result = {}
for name in sys.argv[2:]:
    try:
        result[name] = file(os.path.join(root, name))
    except Exception as error:
        result[name] = {"error": str(error)}
print(json.dumps(result, separators=(",", ":")).replace('},"', '},\n"'))
