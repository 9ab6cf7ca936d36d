/** 10^6 bytes. */
export const MB = 1e6;

export interface FormatRow {
	/** Names its program in this folder, its maker of files in test/support/bigFiles and its peers in `peers`. */
	readonly format: string;
	/** One of the maker's variants. */
	readonly variant: string;
	readonly shown: string;
	/** Most of `--mb` that the file (or what is in it) is made of. */
	readonly atMostMb?: number;
	readonly fileName?: string;
	/** Asked for: the peak over the idle process. */
	readonly limitMb: number;
	readonly peers?: readonly Peer[];
	/** Whether the process is to be what it was when the file is closed. */
	readonly closes?: boolean;
	/** The file cannot be made, or read, without it. */
	readonly program?: 'ffmpeg' | 'ffprobe';
}

export interface Peer {
	readonly name: string;
	/** Relative difference of its figure from ours that is still the same. */
	readonly tolerance?: number;
	/** Asked for: our time at most so many times its time. */
	readonly atMostTimes?: number;
}

const OWN_MB = 16;
const DECODER_MB = 64;
const HDF5_MB = 128;
const IMAGE_MB = 200;

const dicomPeers: readonly Peer[] = [{ name: 'dicom-parser' }, { name: 'dcmjs' }, { name: 'dcmjs, asynchronous' }];
const film: readonly Peer[] = [{ name: 'mediabunny' }];

export const rows: readonly FormatRow[] = [
	{ format: 'dicom', variant: 'explicit', shown: 'DICOM, explicit', limitMb: OWN_MB, peers: dicomPeers },
	{ format: 'dicom', variant: 'implicit', shown: 'DICOM, implicit', limitMb: OWN_MB, peers: dicomPeers },
	{ format: 'dicom', variant: 'encapsulated', shown: 'DICOM, encapsulated', limitMb: OWN_MB, peers: dicomPeers },
	{ format: 'fits', variant: '', shown: 'FITS', limitMb: OWN_MB, peers: [{ name: 'fitsjs-ng' }] },
	{ format: 'netcdf', variant: 'CDF-1', shown: 'NetCDF, CDF-1', limitMb: OWN_MB, peers: [{ name: 'netcdfjs' }] },
	{ format: 'netcdf', variant: 'CDF-2', shown: 'NetCDF, CDF-2', limitMb: OWN_MB, peers: [{ name: 'netcdfjs' }] },
	{ format: 'netcdf', variant: 'CDF-5', shown: 'NetCDF, CDF-5', limitMb: OWN_MB, peers: [{ name: 'netcdfjs' }] },
	{
		format: 'netcdf',
		variant: 'NetCDF-4',
		shown: 'NetCDF-4, gzip',
		limitMb: HDF5_MB,
		closes: true,
		peers: [{ name: 'jsfive' }],
	},
	{
		format: 'hdf5',
		variant: 'contiguous',
		shown: 'HDF5, contiguous',
		limitMb: HDF5_MB,
		closes: true,
		peers: [{ name: 'jsfive' }],
	},
	{
		format: 'hdf5',
		variant: 'gzip',
		shown: 'HDF5, chunks, gzip',
		limitMb: HDF5_MB,
		closes: true,
		peers: [{ name: 'jsfive' }],
	},
	{ format: 'audio', variant: 'wav', shown: 'WAV', limitMb: OWN_MB, peers: [{ name: 'wavefile' }] },
	{ format: 'audio', variant: 'mp3', shown: 'MP3', limitMb: DECODER_MB, program: 'ffmpeg' },
	{ format: 'audio', variant: 'flac', shown: 'FLAC', limitMb: DECODER_MB, program: 'ffmpeg' },
	{ format: 'audio', variant: 'vorbis', shown: 'Ogg Vorbis', limitMb: DECODER_MB, program: 'ffmpeg' },
	{ format: 'audio', variant: 'opus', shown: 'Ogg Opus', limitMb: DECODER_MB, program: 'ffmpeg' },
	{ format: 'video', variant: 'mp4', shown: 'MP4', limitMb: DECODER_MB, peers: film },
	{ format: 'video', variant: 'mkv', shown: 'Matroska', limitMb: DECODER_MB, peers: film },
	{ format: 'video', variant: 'avi', shown: 'AVI, by ffprobe', limitMb: DECODER_MB, program: 'ffmpeg' },
	{
		format: 'images',
		variant: '',
		shown: 'JPEG, band means',
		// 16,000 x 12,000 pixels when decoded.
		atMostMb: 576,
		fileName: 'photograph.jpg',
		limitMb: IMAGE_MB,
		peers: [
			{ name: 'sharp', atMostTimes: 1.2 },
			{ name: 'sharp, by rows' },
			// Its decoder rounds in another way.
			{ name: 'image-js', tolerance: 0.01 },
		],
	},
	{ format: 'binary', variant: '', shown: 'binary records', limitMb: OWN_MB },
	{ format: 'lines', variant: '', shown: 'lines', limitMb: OWN_MB, peers: [{ name: 'node:readline' }] },
];
