import { audio, type DetectedFormat, DICOM, image, kind, likely, other, video } from './kinds.ts';

interface Signature {
	/** Latin-1; `\x..` for bytes that are no letters. */
	readonly bytes: string;
	/** 0 without it. */
	readonly at?: number;
	readonly found: DetectedFormat;
}

const unpack = (program: string) => `Unpack it first (${program}).`;
const NO_READER = 'It is not read here; BinaryReader gives its bytes.';

const classic = (version: string) =>
	kind({ format: 'netcdf', name: `a classic NetCDF file (${version})`, mediaType: 'application/x-netcdf' });
const mpegVideo = (name: string) => video(name, 'video/mpeg');
const archive = (name: string, mediaType: string, program: string) => other(name, mediaType, unpack(program));
const HDF4_ADVICE = 'Convert it first: h4toh5 (HDF5) or ncdump of an HDF4 build of NetCDF.';
const NASA_ADVICE = 'It has nothing to do with NetCDF. Convert it first: cdf2nc of NASA, or cdflib in Python.';
const NASA = other('a NASA CDF file', 'application/x-cdf', NASA_ADVICE);
const GRIB_ADVICE = 'Convert it first: grib_to_netcdf of ecCodes, or cdo -f nc copy.';
const TABLE_ADVICE = 'Read it with a library for tables, such as DuckDB or Apache Arrow.';

/** Formats that a few bytes at a fixed place tell; the first that fits counts, so longer ones stand before shorter ones. */
export const SIGNATURES: readonly Signature[] = [
	{ bytes: 'DICM', at: 128, found: DICOM },
	{ bytes: 'SIMPLE  =', found: kind({ format: 'fits', name: 'a FITS file', mediaType: 'application/fits' }) },
	{ bytes: 'CDF\x01', found: classic('CDF-1') },
	{ bytes: 'CDF\x02', found: classic('CDF-2') },
	{ bytes: 'CDF\x05', found: classic('CDF-5') },

	{ bytes: 'fLaC', found: audio('FLAC sound', 'audio/flac') },
	{ bytes: '.snd', found: audio('AU sound', 'audio/basic') },
	{ bytes: 'caff', found: audio('CAF sound', 'audio/x-caf') },
	{ bytes: '#!AMR', found: audio('AMR sound', 'audio/amr') },
	{ bytes: 'wvpk', found: audio('WavPack sound', 'audio/x-wavpack') },
	{ bytes: 'MAC ', found: audio("Monkey's Audio sound", 'audio/x-ape') },
	{ bytes: 'TTA1', found: audio('True Audio sound', 'audio/x-tta') },
	{ bytes: 'DSD ', found: audio('DSF sound', 'audio/x-dsf') },
	{ bytes: 'MPCK', found: audio('Musepack sound', 'audio/x-musepack') },
	{ bytes: 'MP+', found: audio('Musepack sound', 'audio/x-musepack') },
	{ bytes: 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00', found: audio('Wave64 sound', 'audio/x-w64') },
	{ bytes: 'Creative Voice File\x1a', found: audio('VOC sound', 'audio/x-voc') },
	{ bytes: 'NIST_1A\n', found: audio('NIST SPHERE sound', 'audio/x-nist') },

	{ bytes: 'FLV\x01', found: video('an FLV video', 'video/x-flv') },
	{ bytes: '.RMF', found: video('a RealMedia file', 'application/vnd.rn-realmedia') },
	{ bytes: 'DKIF', found: video('an IVF video', 'video/x-ivf') },
	{ bytes: 'YUV4MPEG2 ', found: video('a YUV4MPEG2 video', 'video/x-yuv4mpeg') },
	{ bytes: 'nut/multimedia container\0', found: video('a NUT video', 'video/x-nut') },
	{ bytes: '\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01', found: video('an MXF video', 'application/mxf') },
	{ bytes: '\x00\x00\x01\xba', found: mpegVideo('an MPEG program stream') },
	{ bytes: '\x00\x00\x01\xb3', found: mpegVideo('an MPEG video stream') },

	{ bytes: '\xff\xd8\xff', found: image('a JPEG image', 'image/jpeg') },
	{ bytes: '\x89PNG\r\n\x1a\n', found: image('a PNG image', 'image/png') },
	{ bytes: 'GIF87a', found: image('a GIF image', 'image/gif') },
	{ bytes: 'GIF89a', found: image('a GIF image', 'image/gif') },
	{ bytes: 'II*\0', found: image('a TIFF image', 'image/tiff') },
	{ bytes: 'MM\0*', found: image('a TIFF image', 'image/tiff') },
	{ bytes: 'II+\0', found: image('a BigTIFF image', 'image/tiff') },
	{ bytes: 'MM\0+', found: image('a BigTIFF image', 'image/tiff') },
	{ bytes: '\0\0\0\x0cJXL \r\n\x87\n', found: image('a JPEG XL image', 'image/jxl') },
	{ bytes: '\xff\x0a', found: likely(image('a JPEG XL image', 'image/jxl')) },
	{ bytes: '\0\0\0\x0cjP  \r\n\x87\n', found: image('a JPEG 2000 image', 'image/jp2') },
	{ bytes: '\xff\x4f\xff\x51', found: image('a JPEG 2000 image', 'image/jp2') },
	{ bytes: '8BPS\0', found: image('a Photoshop image', 'image/vnd.adobe.photoshop') },
	{ bytes: '\x76\x2f\x31\x01', found: image('an OpenEXR image', 'image/x-exr') },
	{ bytes: '#?RADIANCE', found: image('a Radiance HDR image', 'image/vnd.radiance') },
	{ bytes: 'FUJIFILMCCD-RAW', found: image('a Fujifilm raw image', 'image/x-fuji-raf') },
	{ bytes: 'DDS ', found: image('a DDS image', 'image/vnd-ms.dds') },
	{ bytes: '\x08\xf2\xa6\xb6', found: image('a libvips image', 'image/x-vips') },
	{ bytes: '\xb6\xa6\xf2\x08', found: image('a libvips image', 'image/x-vips') },

	{ bytes: '\x0e\x03\x13\x01', found: other('an HDF4 file', 'application/x-hdf', HDF4_ADVICE) },
	{ bytes: '\xcd\xf3\x00\x01', found: NASA },
	{ bytes: '\xcd\xf2\x60\x02', found: NASA },
	{ bytes: '\x00\x00\xff\xff\x00\x00\xff\xff', found: NASA },
	{ bytes: 'GRIB', found: other('a GRIB file', 'application/x-grib', GRIB_ADVICE) },
	{ bytes: 'BUFR', found: other('a BUFR file', 'application/x-bufr', 'Decode it first: bufr_dump of ecCodes.') },
	{ bytes: '\x1f\x8b\x08', found: archive('packed by gzip', 'application/gzip', 'gunzip') },
	{ bytes: 'PK\x03\x04', found: archive('a ZIP archive', 'application/zip', 'unzip') },
	{ bytes: 'PK\x05\x06', found: archive('an empty ZIP archive', 'application/zip', 'unzip') },
	{ bytes: '\xfd7zXZ\0', found: archive('packed by xz', 'application/x-xz', 'unxz') },
	{ bytes: '\x28\xb5\x2f\xfd', found: archive('packed by Zstandard', 'application/zstd', 'unzstd') },
	{ bytes: '\x04\x22\x4d\x18', found: archive('packed by LZ4', 'application/x-lz4', 'unlz4') },
	{ bytes: '\x1f\x9d', found: archive('packed by compress', 'application/x-compress', 'uncompress') },
	{ bytes: '7z\xbc\xaf\x27\x1c', found: archive('a 7-Zip archive', 'application/x-7z-compressed', '7z x') },
	{ bytes: 'Rar!\x1a\x07', found: archive('a RAR archive', 'application/vnd.rar', 'unrar x') },
	{ bytes: 'ustar', at: 257, found: archive('a tar archive', 'application/x-tar', 'tar xf') },
	{ bytes: 'PAR1', found: other('a Parquet file', 'application/vnd.apache.parquet', TABLE_ADVICE) },
	{ bytes: 'ARROW1', found: other('an Arrow file', 'application/vnd.apache.arrow.file', TABLE_ADVICE) },
	{ bytes: 'Obj\x01', found: other('an Avro file', 'application/avro', TABLE_ADVICE) },
	{
		bytes: 'SQLite format 3\0',
		found: other('an SQLite data base', 'application/vnd.sqlite3', 'Open it with node:sqlite.'),
	},
	{
		bytes: '\x93NUMPY',
		found: other('a NumPy array', 'application/x-npy', 'BinaryReader.values() reads what follows its header.'),
	},
	{
		bytes: 'MATLAB 5.0 MAT-file',
		found: other('a MATLAB 5 file', 'application/x-matlab-data', 'Save it with -v7.3: that is HDF5.'),
	},
	{ bytes: 'n+1\0', at: 344, found: other('a NIfTI image', 'application/x-nifti', NO_READER) },
	{ bytes: 'NRRD0', found: other('an NRRD image', 'application/x-nrrd', NO_READER) },
	{ bytes: 'LASF', found: other('a LAS point cloud', 'application/vnd.las', NO_READER) },
	{
		bytes: 'MThd',
		found: other('a MIDI file', 'audio/midi', 'It holds notes, not sound: play it into a sound file first.'),
	},
	{ bytes: '\x7fELF', found: other('a program (ELF)', 'application/x-elf', NO_READER) },
	{ bytes: '\0asm', found: other('a WebAssembly module', 'application/wasm', NO_READER) },
];

/** The first signature that stands in the head of the file. */
export function bySignature(head: Buffer): DetectedFormat | undefined {
	for (const { bytes, at = 0, found } of SIGNATURES) {
		if (head.length >= at + bytes.length && head.toString('latin1', at, at + bytes.length) === bytes) return found;
	}
	return undefined;
}
