"""NetCDF-4 files and what netCDF4-python reads of them.

`/usr/bin/python3 netcdf4.py make FOLDER` writes the small files of test/fixtures/formats/netcdf4.
`/usr/bin/python3 netcdf4.py read ROOT FILE…` prints JSON for test/fixtures/formats/netcdf4.expected.json (paths relative to ROOT).
"""
import hashlib, json, os, struct, sys

import netCDF4
import numpy as np

LAYOUTS = {'NETCDF4': 'NetCDF-4', 'NETCDF4_CLASSIC': 'NetCDF-4 classic model'}


def digest(data):
    return hashlib.md5(data).hexdigest()[:12]


def path_of(group, name):
    return (group.path.strip('/') + '/' + name).lstrip('/')


def attribute(owner, name):
    value = owner.getncattr(name)
    if isinstance(value, str):
        return f'{name}="{value}"'
    if isinstance(value, list):
        return f'{name}={"|".join(value)}' if len(value) != 1 else f'{name}="{value[0]}"'
    numbers = np.atleast_1d(value).astype('f8')
    return f'{name}={numbers.astype(">f8").tobytes().hex()}'


# A C text in 32 bytes, which netCDF4-python gives with whatever follows its zero.
LEFT_OUT = 'HDFEOSVersion'


def attributes(owner):
    return digest(';'.join(sorted(attribute(owner, name) for name in owner.ncattrs() if name != LEFT_OUT)).encode())


def values(variable):
    variable.set_auto_maskandscale(False)
    variable.set_auto_chartostring(False)
    # Row by row: of several rows that were written in part the library (4.9.0) leaves some as its memory was.
    rows = variable.get_dims()[:1]
    grows = bool(rows) and rows[0].isunlimited() and variable.shape[0] > 0 and variable.dtype is not str
    stored = np.stack([np.ma.getdata(variable[at]) for at in range(variable.shape[0])]) if grows else np.ma.getdata(variable[...])
    if isinstance(stored, str) or stored.dtype.kind == 'O':
        return digest(''.join(f'{text}\0' for text in np.atleast_1d(np.asarray(stored, dtype=object)).ravel().tolist()).encode())
    if stored.dtype.kind == 'V':
        return '!'
    return digest(np.ascontiguousarray(stored).astype(stored.dtype.newbyteorder('<')).tobytes())


def read(group, found):
    for name, dimension in group.dimensions.items():
        found['dimensions'][path_of(group, name)] = [len(dimension), dimension.isunlimited()]
    for name, variable in group.variables.items():
        dims = [path_of(dimension.group(), dimension.name) for dimension in variable.get_dims()]
        vlen = isinstance(variable.datatype, netCDF4.VLType)
        found['variables'][path_of(group, name)] = [
            dims, list(variable.shape), '!' if vlen else values(variable), attributes(variable)]
    if group.ncattrs():
        found['attributes'][group.path.strip('/')] = attributes(group)
    for child in group.groups.values():
        read(child, found)


def file(path):
    with netCDF4.Dataset(path) as data:
        found = {'layout': LAYOUTS[data.data_model], 'dimensions': {}, 'variables': {}, 'attributes': {}}
        read(data, found)
        return found


def make_types(path):
    with netCDF4.Dataset(path, 'w', format='NETCDF4') as data:
        data.title = 'every type'
        data.setncattr('several', np.array([1, 2, 3], 'i2'))
        data.setncattr_string('words', ['one', 'zwei', 'três'])
        data.createDimension('x', 6)
        for kind in ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8']:
            for order, endian in (('', 'little'), ('_big', 'big')):
                variable = data.createVariable(kind + order, ('>' if endian == 'big' else '<') + kind, ('x',), endian=endian)
                variable[:] = np.arange(6) * (1 if kind[0] == 'u' else -1) * 3
        texts = data.createVariable('text', str, ('x',))
        for at, word in enumerate(['a', '', 'zwölf', 'x' * 300, '日本', 'end']):
            texts[at] = word
        data.createDimension('letters', 4)
        characters = data.createVariable('characters', 'S1', ('x', 'letters'))
        characters[:] = netCDF4.stringtochar(np.array(['abcd', 'ef', '', 'g', 'hijk', 'l'], 'S4'))
        scalar = data.createVariable('scalar', 'f8', ())
        scalar[...] = 2.5
        kinds = data.createEnumType('u1', 'cloud', {'clear': 0, 'some': 1, 'missing': 255})
        data.createVariable('enumerated', kinds, ('x',), fill_value=255)[:] = [0, 1, 0, 1, 255, 0]
        pair = data.createCompoundType(np.dtype([('a', 'i4'), ('b', 'f8')]), 'pair')
        data.createVariable('compound', pair, ('x',))[:] = np.zeros(6, np.dtype([('a', 'i4'), ('b', 'f8')]))
        lists = data.createVLType('i4', 'list_of_int')
        data.createVariable('lists', lists, ('x',))[0] = np.arange(3, dtype='i4')


def make_dimensions(path):
    with netCDF4.Dataset(path, 'w', format='NETCDF4') as data:
        data.createDimension('time', None)
        data.createDimension('level', None)
        data.createDimension('lat', 5)
        data.createDimension('lon', 7)
        data.createDimension('bare', 3)
        time = data.createVariable('time', 'f8', ('time',), chunksizes=(4,))
        time.units = 'days since 2000-01-01'
        data.createVariable('lat', 'f4', ('lat',))[:] = np.linspace(-90, 90, 5)
        # Called as a dimension, and not its coordinates.
        data.createVariable('lon', 'f4', ('lat', 'lon'))[:] = np.arange(35).reshape(5, 7)
        packed = data.createVariable('packed', 'i2', ('time', 'lat', 'lon'), zlib=True, shuffle=True, fill_value=-999,
                                     chunksizes=(2, 3, 4))
        packed.scale_factor, packed.add_offset = np.float32(0.5), np.float32(10)
        packed.set_auto_maskandscale(False)
        packed[:] = np.arange(4 * 35).reshape(4, 5, 7)
        # Written less far than the dimension they share.
        data.createVariable('shorter', 'i4', ('time', 'level'), chunksizes=(2, 3))[0:2, 0:3] = np.arange(6).reshape(2, 3)
        data.createVariable('unwritten', 'f4', ('time', 'bare'), chunksizes=(2, 3))
        data.createVariable('checked', 'f8', ('lat', 'lon'), fletcher32=True)[:] = np.arange(35).reshape(5, 7) / 3


def make_groups(path):
    with netCDF4.Dataset(path, 'w', format='NETCDF4') as data:
        data.createDimension('x', 4)
        data.createVariable('x', 'i4', ('x',))[:] = range(4)
        forecast = data.createGroup('forecast')
        forecast.note = 'inner'
        forecast.createDimension('time', None)
        forecast.createVariable('wind', 'f4', ('time', 'x'))[:] = np.arange(12).reshape(3, 4)
        deep = forecast.createGroup('model/run')
        deep.createDimension('x', 2)
        deep.createVariable('x', 'i2', ('x',))[:] = [7, 8]
        deep.createVariable('both', 'f8', ('time', 'x'))[:] = np.ones((3, 2))


def make_classic(path):
    with netCDF4.Dataset(path, 'w', format='NETCDF4_CLASSIC') as data:
        data.createDimension('record', None)
        data.createDimension('station', 3)
        data.createDimension('letters', 5)
        names = data.createVariable('station', 'S1', ('station', 'letters'))
        names[:] = netCDF4.stringtochar(np.array(['north', 'east', 'sw'], 'S5'))
        data.createVariable('rain', 'f4', ('record', 'station'))[:] = np.arange(9).reshape(3, 3)
        data.history = 'made'
        data.empty = ''


if sys.argv[1] == 'make':
    for name, maker in (('types', make_types), ('dimensions', make_dimensions), ('groups', make_groups), ('classicModel', make_classic)):
        maker(os.path.join(sys.argv[2], name + '.nc'))
else:
    result = {name: file(os.path.join(sys.argv[2], name)) for name in sys.argv[3:]}
    print(json.dumps(result, separators=(',', ':'), ensure_ascii=False).replace('},"', '},\n"'))
