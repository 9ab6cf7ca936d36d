import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { isoCodec } from './codecNames.ts';
import { type Box, boxes, fourCharacters } from './isoBoxes.ts';

/** A list in the file that is read piece by piece. */
export interface Table {
	readonly at: number;
	readonly count: number;
}

/** Of every sample its size, or the one of all. */
export interface SizeTable extends Table {
	/** Of each, where all are the same. */
	readonly bytes: number | undefined;
	/** Of one entry. */
	readonly width: number;
}

/** One track of an MP4 or MOV file; what its boxes do not tell is absent. */
export interface IsoTrack {
	id: number;
	/** `vide`, `soun`, … */
	handler: string;
	/** Units per second of all its times. */
	timescale: number;
	durationUnits?: number;
	codec: string;
	width: number;
	height: number;
	channels?: number;
	sampleRate?: number;
	rotation?: number;
	/** Of its own units, what lies before the beginning that is shown. */
	mediaTime: number;
	/** Of the movie's units, for how long nothing is shown first. */
	delayUnits: number;
	/** Runs of durations and of shifts from decoding to presentation. */
	times?: Table;
	shifts?: Table;
	keys?: Table;
	chunkRuns?: Table;
	chunks?: Table & { readonly width: number };
	sizes?: SizeTable;
}

/** What a sample entry and its descriptors hold that is looked at. */
const ENTRY_BYTES = 4096;
/** Descriptors of an elementary stream and of its decoder, and the bytes of the former before the latter. */
const STREAM_TAG = 3;
const STREAM_BYTES = 3;
const DECODER_TAG = 4;
const DECODER_BYTES = 13;
const SPECIFIC_TAG = 5;
/** By the channel configuration of AAC (ISO/IEC 14496-3, table 1.19). */
const CHANNELS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8 };

/** Reads `trak`. Only what tells where the tables are is read, not the tables. */
export async function readTrack(window: ByteWindow, trak: Box): Promise<IsoTrack> {
	const track: IsoTrack = {
		id: 0,
		handler: '',
		timescale: 0,
		codec: '',
		width: 0,
		height: 0,
		mediaTime: 0,
		delayUnits: 0,
	};
	await descend(window, trak, track);
	return track;
}

/** What holds boxes, and where it stands: so nesting ends. */
const PARENTS: Readonly<Record<string, string>> = { edts: 'trak', mdia: 'trak', minf: 'mdia', stbl: 'minf' };

async function descend(window: ByteWindow, parent: Box, track: IsoTrack): Promise<void> {
	for await (const box of boxes(window, parent.body, parent.end)) {
		if (PARENTS[box.type] === parent.type) await descend(window, box, track);
		else await readBox(window, box, track);
	}
}

async function readBox(window: ByteWindow, box: Box, track: IsoTrack): Promise<void> {
	switch (box.type) {
		case 'tkhd':
			return readTrackHeader(window, box, track);
		case 'mdhd':
			return readMediaHeader(window, box, track);
		case 'hdlr':
			// A second one, of QuickTime's, stands in `minf` and names where the data are.
			if (track.handler === '') track.handler = fourCharacters(await fields(window, box, 12), 8);
			return;
		case 'elst':
			return readEdits(window, box, track);
		case 'stsd':
			return readDescription(window, box, track);
		case 'stts':
			track.times = await tableIn(window, box, 8);
			return;
		case 'ctts':
			track.shifts = await tableIn(window, box, 8);
			return;
		case 'stss':
			track.keys = await tableIn(window, box, 4);
			return;
		case 'stsc':
			track.chunkRuns = await tableIn(window, box, 12);
			return;
		case 'stco':
			track.chunks = { ...(await tableIn(window, box, 4)), width: 4 };
			return;
		case 'co64':
			track.chunks = { ...(await tableIn(window, box, 8)), width: 8 };
			return;
		case 'stsz':
		case 'stz2':
			track.sizes = await sizesIn(window, box);
	}
}

/** The first bytes of a box; `damaged` where it has fewer. */
export async function fields(window: ByteWindow, box: Box, bytes: number): Promise<Buffer> {
	if (box.end - box.body < bytes) {
		throw formatErrors.damaged(window.source.path, box.start, `the box ${box.type} is too short`);
	}
	return window.bytes(box.body, bytes, `the box ${box.type}`);
}

async function tableIn(window: ByteWindow, box: Box, width: number): Promise<Table> {
	const count = (await fields(window, box, 8)).readUInt32BE(4);
	return checked(window, box, { at: box.body + 8, count }, width);
}

function checked<T extends Table>(window: ByteWindow, box: Box, table: T, width: number): T {
	if (table.count * width <= box.end - table.at) return table;
	const problem = `the box ${box.type} says that it has ${table.count} entries, for which it is too short`;
	throw formatErrors.damaged(window.source.path, box.start, problem);
}

async function sizesIn(window: ByteWindow, box: Box): Promise<SizeTable> {
	const head = await fields(window, box, 12);
	const count = head.readUInt32BE(8);
	const at = box.body + 12;
	if (box.type === 'stsz') {
		const bytes = head.readUInt32BE(4);
		if (bytes > 0) return { at, count, bytes, width: 0 };
		return checked(window, box, { at, count, bytes: undefined, width: 4 }, 4);
	}
	const bits = head.readUInt8(7);
	if (bits !== 8 && bits !== 16) {
		throw formatErrors.unsupported(
			window.source.path,
			`sizes of ${bits} bits (stz2).`,
			'ffprobe may read it.',
			box.start,
		);
	}
	return checked(window, box, { at, count, bytes: undefined, width: bits / 8 }, bits / 8);
}

async function readTrackHeader(window: ByteWindow, box: Box, track: IsoTrack): Promise<void> {
	const isLong = (await fields(window, box, 4)).readUInt8(0) === 1;
	const head = await fields(window, box, isLong ? 96 : 84);
	track.id = head.readUInt32BE(isLong ? 20 : 12);
	const matrix = isLong ? 52 : 40;
	const [a, b, c, d] = [0, 4, 12, 16].map(at => Math.sign(head.readInt32BE(matrix + at)));
	const turns = [
		[1, 0, 0, 1],
		[0, 1, -1, 0],
		[-1, 0, 0, -1],
		[0, -1, 1, 0],
	];
	const quarter = turns.findIndex(([e, f, g, h]) => a === e && b === f && c === g && d === h);
	if (quarter > 0) track.rotation = quarter * 90;
}

async function readMediaHeader(window: ByteWindow, box: Box, track: IsoTrack): Promise<void> {
	const isLong = (await fields(window, box, 4)).readUInt8(0) === 1;
	const head = await fields(window, box, isLong ? 32 : 20);
	track.timescale = head.readUInt32BE(isLong ? 20 : 12);
	const units = isLong ? Number(head.readBigUInt64BE(24)) : head.readUInt32BE(16);
	// All ones: not known.
	if (units > 0 && units < (isLong ? Number.MAX_SAFE_INTEGER : 0xffff_ffff)) track.durationUnits = units;
}

/** Of an edit list its beginning: for how long nothing is shown, and where in the track it begins then. Cuts further on are not followed. */
async function readEdits(window: ByteWindow, box: Box, track: IsoTrack): Promise<void> {
	const head = await fields(window, box, 8);
	const isLong = head.readUInt8(0) === 1;
	const width = isLong ? 20 : 12;
	const { at, count } = checked(window, box, { at: box.body + 8, count: head.readUInt32BE(4) }, width);
	// Two are enough for a beginning; a few more may be empty.
	for (let i = 0; i < Math.min(count, 8); i++) {
		const entry = await window.bytes(at + i * width, width);
		const units = isLong ? Number(entry.readBigUInt64BE(0)) : entry.readUInt32BE(0);
		const mediaTime = isLong ? Number(entry.readBigInt64BE(8)) : entry.readInt32BE(4);
		if (mediaTime >= 0) {
			track.mediaTime = mediaTime;
			return;
		}
		track.delayUnits += units;
	}
}

async function readDescription(window: ByteWindow, box: Box, track: IsoTrack): Promise<void> {
	const bytes = Math.min(box.end - box.body, ENTRY_BYTES);
	const entry = (await fields(window, box, bytes)).subarray(8);
	if (entry.length < 16 || track.codec !== '') return;
	const tag = fourCharacters(entry, 4);
	if (track.handler === 'vide' && entry.length >= 36) {
		track.width = entry.readUInt16BE(32);
		track.height = entry.readUInt16BE(34);
	}
	if (track.handler === 'soun' && entry.length >= 36) {
		track.channels = entry.readUInt16BE(24);
		track.sampleRate = entry.readUInt16BE(32);
	}
	const stream = tag === 'mp4a' || tag === 'mp4v' ? streamIn(entry) : undefined;
	track.codec = isoCodec(tag, stream?.objectType);
	// What the entry says of AAC is 2 by custom, whatever it is.
	if (track.codec === 'aac' && stream?.channels !== undefined) track.channels = stream.channels;
}

/** Of the elementary stream descriptor, wherever in the entry it stands: QuickTime wraps it. */
function streamIn(entry: Buffer): { objectType: number | undefined; channels: number | undefined } | undefined {
	let at = entry.indexOf('esds', 8, 'latin1');
	if (at < 0) return undefined;
	at += 8;
	if (entry[at] === STREAM_TAG) at = bodyOf(entry, at) + STREAM_BYTES;
	if (entry[at] !== DECODER_TAG) return undefined;
	const decoder = bodyOf(entry, at);
	const specific = decoder + DECODER_BYTES;
	const config = entry[specific] === SPECIFIC_TAG ? entry.subarray(bodyOf(entry, specific)) : undefined;
	// AudioSpecificConfig: five bits of kind, four of rate, four of channels; a rate of its own would move them.
	const [first = 0, second = 0] = config ?? [];
	const isPlain = config && first >> 3 < 31 && ((first & 7) << 1) + (second >> 7) < 15;
	const channels = isPlain ? CHANNELS[(second >> 3) & 15] : undefined;
	return { objectType: entry[decoder], channels };
}

/** Behind the length, which has up to four bytes of seven bits. */
function bodyOf(entry: Buffer, tag: number): number {
	let at = tag + 1;
	while (at < tag + 4 && ((entry[at] ?? 0) & 0x80) !== 0) at++;
	return at + 1;
}
