"""What netCDF4-python reads of files: `/usr/bin/python3 netcdf.py FOLDER PACKAGE…` prints JSON for test/fixtures/formats/netcdf.expected.json.

FOLDER holds the unpacked packages. Per file: layout, digest of the header, and per variable the digest of its stored values (little-endian,
as characters for text) and, of numbers, how many remain when they are masked and scaled, and their sum.
"""
import hashlib, json, os, struct, sys, warnings

import netCDF4
import numpy as np

warnings.simplefilter('ignore')
LAYOUTS = {'NETCDF3_CLASSIC': 'CDF-1', 'NETCDF3_64BIT_OFFSET': 'CDF-2', 'NETCDF3_64BIT_DATA': 'CDF-5'}


def digest(data):
    return hashlib.sha256(data).hexdigest()[:12]


def attribute(owner, name):
    value = owner.getncattr(name)
    if isinstance(value, str):
        return name + '=' + value.rstrip('\0') + ';'
    values = np.atleast_1d(value).astype('f8')
    return name + '=' + values.astype('>f8').tobytes().hex() + ';'


def attributes(owner):
    return ''.join(attribute(owner, name) for name in owner.ncattrs())


def header(data):
    text = ''
    for name, dimension in data.dimensions.items():
        text += f'{name}:{len(dimension)}{"*" if dimension.isunlimited() else ""};'
    for name, variable in data.variables.items():
        text += f'{name}({",".join(variable.dimensions)})[{attributes(variable)}];'
    return digest((text + attributes(data)).encode('utf-8', 'replace'))


def figures(variable):
    variable.set_auto_maskandscale(False)
    stored = np.ma.getdata(variable[...])
    if stored.dtype.kind == 'S':
        return [digest(stored.tobytes())]
    raw = digest(np.ascontiguousarray(stored).astype(stored.dtype.newbyteorder('<')).tobytes())
    variable.set_auto_maskandscale(True)
    values = np.ma.masked_array(variable[...]).compressed().astype('f8')
    values = values[~np.isnan(values)]
    total = float(values.sum())
    return [raw, int(values.size), total if np.isfinite(total) else str(total)]


def read(path):
    with netCDF4.Dataset(path) as data:
        return {
            'layout': LAYOUTS[data.data_model],
            'header': header(data),
            'variables': {name: figures(variable) for name, variable in data.variables.items()},
        }


def classic(path):
    with open(path, 'rb') as file:
        return file.read(4) in (b'CDF\1', b'CDF\2', b'CDF\5')


result = {}
for package in sys.argv[2:]:
    root = os.path.join(sys.argv[1], package)
    result[package] = {}
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.islink(path) or not classic(path):
                continue
            result[package][os.path.relpath(path, root)] = read(path)
print(json.dumps(result, separators=(',', ':')))
