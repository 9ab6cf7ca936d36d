/** Codecs as FFmpeg calls them, by what containers call them. */
const ISO: Readonly<Record<string, string>> = {
	avc1: 'h264',
	avc3: 'h264',
	hev1: 'hevc',
	hvc1: 'hevc',
	dvh1: 'hevc',
	dvhe: 'hevc',
	vvc1: 'vvc',
	vvi1: 'vvc',
	mp4v: 'mpeg4',
	vp08: 'vp8',
	vp09: 'vp9',
	av01: 'av1',
	s263: 'h263',
	h263: 'h263',
	jpeg: 'mjpeg',
	mjpa: 'mjpeg',
	mjpb: 'mjpegb',
	apch: 'prores',
	apcn: 'prores',
	apcs: 'prores',
	apco: 'prores',
	ap4h: 'prores',
	ap4x: 'prores',
	mp4a: 'aac',
	'.mp3': 'mp3',
	'ac-3': 'ac3',
	'ec-3': 'eac3',
	Opus: 'opus',
	fLaC: 'flac',
	alac: 'alac',
	sowt: 'pcm_s16le',
	twos: 'pcm_s16be',
	in24: 'pcm_s24be',
	samr: 'amr_nb',
	sawb: 'amr_wb',
};

/** The object types of MPEG-4 part 1 (table 5), which tell what an `mp4v` or `mp4a` is. */
const OBJECT_TYPES: Readonly<Record<number, string>> = {
	32: 'mpeg4',
	33: 'h264',
	35: 'hevc',
	64: 'aac',
	96: 'mpeg2video',
	97: 'mpeg2video',
	98: 'mpeg2video',
	99: 'mpeg2video',
	100: 'mpeg2video',
	101: 'mpeg2video',
	102: 'aac',
	103: 'aac',
	104: 'aac',
	105: 'mp3',
	106: 'mpeg1video',
	107: 'mp3',
	108: 'mjpeg',
	165: 'ac3',
	166: 'eac3',
	169: 'dts',
	173: 'opus',
	221: 'vorbis',
};

const MATROSKA: readonly (readonly [start: string, name: string])[] = [
	['V_MPEG4/ISO/AVC', 'h264'],
	['V_MPEGH/ISO/HEVC', 'hevc'],
	['V_MPEG4/', 'mpeg4'],
	['V_MPEG2', 'mpeg2video'],
	['V_MPEG1', 'mpeg1video'],
	['V_VP8', 'vp8'],
	['V_VP9', 'vp9'],
	['V_AV1', 'av1'],
	['V_THEORA', 'theora'],
	['V_PRORES', 'prores'],
	['V_FFV1', 'ffv1'],
	['V_MJPEG', 'mjpeg'],
	['A_AAC', 'aac'],
	['A_MPEG/L3', 'mp3'],
	['A_MPEG/L2', 'mp2'],
	['A_OPUS', 'opus'],
	['A_VORBIS', 'vorbis'],
	['A_AC3', 'ac3'],
	['A_EAC3', 'eac3'],
	['A_DTS', 'dts'],
	['A_FLAC', 'flac'],
	['A_ALAC', 'alac'],
	['A_TRUEHD', 'truehd'],
];

export function isoCodec(tag: string, objectType: number | undefined): string {
	const told = objectType === undefined ? undefined : OBJECT_TYPES[objectType];
	return told ?? (Object.hasOwn(ISO, tag) ? (ISO[tag] ?? tag) : tag.trim());
}

/** What AVI calls them; Matroska keeps that of codecs for which it has no name of its own. */
const FOUR_CHARACTERS: Readonly<Record<string, string>> = {
	FFV1: 'ffv1',
	FMP4: 'mpeg4',
	XVID: 'mpeg4',
	DIVX: 'mpeg4',
	DX50: 'mpeg4',
	MP4V: 'mpeg4',
	H264: 'h264',
	HEVC: 'hevc',
	MJPG: 'mjpeg',
	HFYU: 'huffyuv',
	FFVH: 'ffvhuff',
	DVSD: 'dvvideo',
};

/** Whose codec is named by four characters in its private data, and where they stand there (BITMAPINFOHEADER). */
export const VIDEO_FOR_WINDOWS = { id: 'V_MS/VFW/FOURCC', at: 16 };

export function fourCharacterCodec(tag: string): string {
	const name = tag.toUpperCase();
	return Object.hasOwn(FOUR_CHARACTERS, name) ? (FOUR_CHARACTERS[name] ?? tag) : tag.trim();
}

export function matroskaCodec(id: string): string {
	return MATROSKA.find(([start]) => id.startsWith(start))?.[1] ?? id;
}
