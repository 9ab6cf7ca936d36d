/** How a file's elements and pixels are written (PS3.6, annex A). */
export interface TransferSyntax {
	/** Empty where the file does not name one. */
	readonly uid: string;
	/** `Explicit VR Little Endian`; of one that is not known here, its UID. */
	readonly name: string;
}

const PREFIX = '1.2.840.10008.1.2';
export const DEFLATED = `${PREFIX}.1.99`;
/** Has one fragment for each frame (PS3.5, annex A.4.2). */
export const RLE = `${PREFIX}.5`;
const IMPLICIT = PREFIX;
const BIG_ENDIAN = `${PREFIX}.2`;

/** What follows the prefix, and the name. */
const names: Readonly<Record<string, string>> = {
	'': 'Implicit VR Little Endian',
	'.1': 'Explicit VR Little Endian',
	'.1.98': 'Encapsulated Uncompressed Explicit VR Little Endian',
	'.1.99': 'Deflated Explicit VR Little Endian',
	'.2': 'Explicit VR Big Endian',
	'.4.50': 'JPEG Baseline (Process 1)',
	'.4.51': 'JPEG Extended (Process 2 and 4)',
	'.4.57': 'JPEG Lossless, Non-Hierarchical (Process 14)',
	'.4.70': 'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14, Selection Value 1)',
	'.4.80': 'JPEG-LS Lossless',
	'.4.81': 'JPEG-LS Lossy (Near-Lossless)',
	'.4.90': 'JPEG 2000 (Lossless Only)',
	'.4.91': 'JPEG 2000',
	'.4.92': 'JPEG 2000 Part 2 Multi-component (Lossless Only)',
	'.4.93': 'JPEG 2000 Part 2 Multi-component',
	'.4.94': 'JPIP Referenced',
	'.4.95': 'JPIP Referenced Deflate',
	'.4.100': 'MPEG2 Main Profile / Main Level',
	'.4.101': 'MPEG2 Main Profile / High Level',
	'.4.102': 'MPEG-4 AVC/H.264 High Profile / Level 4.1',
	'.4.103': 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1',
	'.4.104': 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video',
	'.4.105': 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video',
	'.4.106': 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2',
	'.4.107': 'HEVC/H.265 Main Profile / Level 5.1',
	'.4.108': 'HEVC/H.265 Main 10 Profile / Level 5.1',
	'.4.110': 'JPEG XL Lossless',
	'.4.111': 'JPEG XL JPEG Recompression',
	'.4.112': 'JPEG XL',
	'.4.201': 'High-Throughput JPEG 2000 (Lossless Only)',
	'.4.202': 'High-Throughput JPEG 2000 with RPCL Options (Lossless Only)',
	'.4.203': 'High-Throughput JPEG 2000',
	'.5': 'RLE Lossless',
	'.8.1': 'Deflated Image Frame',
};

export function transferSyntax(uid: string): TransferSyntax {
	const name = uid.startsWith(PREFIX) ? names[uid.slice(PREFIX.length)] : undefined;
	return { uid, name: name ?? uid };
}

/** How a data set is written, if the file's word holds; all but two are explicit and little-endian. */
export function encodingOf(uid: string): Encoding {
	return { implicit: uid === IMPLICIT, littleEndian: uid !== BIG_ENDIAN };
}

export interface Encoding {
	/** Value representations are not in the file but in the dictionary. */
	readonly implicit: boolean;
	readonly littleEndian: boolean;
}
