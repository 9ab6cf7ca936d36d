import { isStray, MOST_STRAY_BYTES } from '../detect/bareDicom.ts';
import { detectSource } from '../detect.ts';
import { formatErrors } from '../formatErrors.ts';
import { DEFAULT_CHARACTER_SETS } from './characterSets.ts';
import type { DataSet, ElementAccess } from './dicomElement.ts';
import { DicomWalker } from './dicomWalker.ts';
import { dictionaryEntry } from './dictionary.ts';
import { tagAt, uint32 } from './elementHeader.ts';
import { type Encoding, encodingOf, type TransferSyntax, transferSyntax } from './transferSyntaxes.ts';
import { isKnownVr, looksLikeVr } from './valueRepresentations.ts';

/** What stands before the data set, and how the data set is written. */
export interface DicomStart {
	/** Of the file meta information (group 0002); as long as nothing where there is none. */
	readonly metaOffset: number;
	readonly metaEnd: number;
	readonly transferSyntax: TransferSyntax;
	readonly encoding: Encoding;
}

const PREAMBLE_BYTES = 128;
const MARK = 'DICM';
const MARK_BYTES = MARK.length;
const GROUP_LENGTH = 0x00020000;
const TRANSFER_SYNTAX_UID = 0x00020010;
const META_GROUP = 0x0002;
const HEAD_BYTES = PREAMBLE_BYTES + MARK_BYTES + MOST_STRAY_BYTES;
/** The first element of a data set without a beginning has one of these groups; others are more likely something else. */
const FIRST_GROUPS = new Set([0x0002, 0x0004, 0x0008, 0x0010, 0x0018, 0x0020, 0x0028]);

const EXPLICIT: Encoding = { implicit: false, littleEndian: true };
const GUESSES: readonly Encoding[] = [
	EXPLICIT,
	{ implicit: false, littleEndian: false },
	{ implicit: true, littleEndian: true },
	{ implicit: true, littleEndian: false },
];

export function rootDataSet(encoding: Encoding): DataSet {
	return {
		...encoding,
		characterSets: DEFAULT_CHARACTER_SETS,
		creators: new Map(),
		signed: false,
		depth: 0,
		item: undefined,
	};
}

/** Reads as far as the data set. Throws `wrongFormat`, `truncated`, `damaged`. */
export async function readStart(access: ElementAccess): Promise<DicomStart> {
	const { source, window, path } = access;
	const head = await window.upTo(0, HEAD_BYTES);
	const mark = markOffset(head);
	const metaOffset = mark === undefined ? bareStart(head, source.size) : mark + MARK_BYTES;
	if (metaOffset === undefined) {
		const { format, name } = await detectSource(source);
		throw formatErrors.wrongFormat(path, 'a DICOM file', format === 'dicom' ? undefined : name);
	}
	const { uid, metaEnd } = await readMeta(access, metaOffset);
	const first = await window.upTo(metaEnd, Math.min(8, source.size - metaEnd));
	const encoding = uid === '' ? guess(first, source.size - metaEnd) : declared(uid, first);
	return { metaOffset, metaEnd, transferSyntax: transferSyntax(uid || uidOf(encoding)), encoding };
}

/** Meta information is explicit and little-endian whatever follows it; the length that it tells of itself is often wrong, and so
 * only a sign of a file that was cut off. */
async function readMeta(access: ElementAccess, start: number): Promise<{ uid: string; metaEnd: number }> {
	const dataSet = rootDataSet(EXPLICIT);
	const end = access.source.size;
	const walker = new DicomWalker({ access, start, end, dataSet, nested: false, maxDepth: 1, onlyGroup: META_GROUP });
	let uid = '';
	for (;;) {
		const element = await walker.next();
		if (element === undefined) return { uid, metaEnd: walker.offset };
		if (typeof element === 'string') continue;
		if (element.tagNumber === GROUP_LENGTH) {
			const bytes = await element.value();
			if (typeof bytes === 'number' && walker.offset + bytes > end) {
				throw access.source.truncated(walker.offset, bytes, 'the file meta information');
			}
		} else if (element.tagNumber === TRANSFER_SYNTAX_UID) {
			const value = await element.value();
			if (typeof value === 'string') uid = value.trim();
		}
	}
}

function markOffset(head: Buffer): number | undefined {
	return [PREAMBLE_BYTES, 0].find(at => head.toString('latin1', at, at + MARK_BYTES) === MARK);
}

/** Where a file without preamble begins, if what stands there is a first element of a data set. */
function bareStart(head: Buffer, size: number): number | undefined {
	for (let at = 0; at <= MOST_STRAY_BYTES; at++) {
		const rest = head.subarray(at);
		if (GUESSES.some(encoding => beginsDataSet(rest, encoding, size - at))) return at;
		if (!isStray(head[at])) return undefined;
	}
	return undefined;
}

function beginsDataSet(bytes: Buffer, { implicit, littleEndian }: Encoding, left: number): boolean {
	if (bytes.length < 8) return false;
	const tag = tagAt(bytes, 0, littleEndian);
	if (!FIRST_GROUPS.has(tag >>> 16) || !dictionaryEntry(tag)) return false;
	return implicit ? uint32(bytes, 4, littleEndian) <= left - 8 : isKnownVr(bytes.toString('latin1', 4, 6));
}

/** The file's word, unless the first element shows that it is explicit after all. */
function declared(uid: string, first: Buffer): Encoding {
	const encoding = encodingOf(uid);
	return encoding.implicit && first.length >= 8 && looksLikeVr(first, 4) ? { ...encoding, implicit: false } : encoding;
}

function guess(first: Buffer, left: number): Encoding {
	const likely = GUESSES.find(encoding => beginsDataSet(first, encoding, left));
	if (likely) return likely;
	if (first.length < 8 || !looksLikeVr(first, 4)) return { implicit: true, littleEndian: true };
	// A group of 1024 or more is unlikely to come first: then its bytes are the other way round.
	return { implicit: false, littleEndian: first.readUInt16LE(0) < 1024 };
}

/** For files that do not name one. */
function uidOf({ implicit, littleEndian }: Encoding): string {
	if (implicit) return littleEndian ? '1.2.840.10008.1.2' : '';
	return littleEndian ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2.2';
}
