import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { fourCharacterCodec, matroskaCodec, VIDEO_FOR_WINDOWS } from './codecNames.ts';
import { type Element, elementAt, elementHeader, floatIn, integerIn, nameOf, textIn } from './ebml.ts';

/** What stands directly in a segment; anything else there is damage, behind which frames would be missed. */
export const TOP = {
	seekHead: 0x114d9b74,
	info: 0x1549a966,
	tracks: 0x1654ae6b,
	chapters: 0x1043a770,
	cluster: 0x1f43b675,
	cues: 0x1c53bb6b,
	attachments: 0x1941a469,
	tags: 0x1254c367,
	void: 0xec,
	checksum: 0xbf,
} as const;
const TOP_IDS: ReadonlySet<number> = new Set(Object.values(TOP));

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const DOC_TYPE = 0x4282;
const INFO = { timestampScale: 0x2ad7b1, duration: 0x4489 };
const TRACK = {
	entry: 0xae,
	number: 0xd7,
	type: 0x83,
	codec: 0x86,
	private: 0x63a2,
	defaultDuration: 0x23e383,
	video: 0xe0,
	audio: 0xe1,
};
const VIDEO = { width: 0xb0, height: 0xba, projection: 0x7670, roll: 0x7675 };
const AUDIO = { sampleRate: 0xb5, channels: 0x9f };
const VIDEO_TYPE = 1;
const AUDIO_TYPE = 2;
const DEFAULT_SCALE_NS = 1_000_000;
const NS = 1e9;
const MOST_TRACKS = 1_000;

export interface MatroskaTrack {
	number: number;
	type: number;
	codec: string;
	/** Of each frame, s. */
	frameDuration?: number;
	width: number;
	height: number;
	rotation?: number;
	channels?: number;
	sampleRate?: number;
}

export interface MatroskaHeader {
	docType: string;
	/** s per unit of its times. */
	unit: number;
	/** s. */
	duration?: number;
	video: MatroskaTrack;
	audio: MatroskaTrack[];
	/** Where the first cluster begins, and where the segment ends; the latter may be open. */
	firstCluster: number;
	segmentEnd: number | undefined;
}

/** Reads up to the first cluster. Throws `truncated`, `damaged`, and `unsupported` where there is no video. */
export async function readMatroskaHeader(window: ByteWindow): Promise<MatroskaHeader> {
	const { path } = window.source;
	const { docType, segment } = await readSegment(window);
	let scaleNs = DEFAULT_SCALE_NS;
	let units: number | undefined;
	const tracks: MatroskaTrack[] = [];
	let at = segment.body;
	while (at < (segment.end ?? Number.POSITIVE_INFINITY)) {
		const element = await topElementAt(window, at, segment.end);
		if (element.id === TOP.cluster) break;
		if (element.end === undefined) throw formatErrors.damaged(path, at, `the element ${nameOf(element.id)} has no end`);
		if (element.id === TOP.info) {
			for await (const value of children(window, element)) {
				if (value.id === INFO.timestampScale) scaleNs = await integerIn(window, value);
				else if (value.id === INFO.duration) units = await floatIn(window, value);
			}
		} else if (element.id === TOP.tracks) {
			for await (const entry of children(window, element)) {
				if (entry.id !== TRACK.entry) continue;
				if (tracks.length >= MOST_TRACKS) throw formatErrors.damaged(path, entry.start, 'it has more than 1000 tracks');
				tracks.push(await readTrack(window, entry));
			}
		}
		at = element.end;
	}
	if (scaleNs === 0) throw formatErrors.damaged(path, undefined, 'its times have no scale');
	const video = tracks.find(({ type }) => type === VIDEO_TYPE);
	if (!video) throw formatErrors.unsupported(path, 'it holds no video track.');
	const unit = scaleNs / NS;
	return {
		docType,
		unit,
		...(units !== undefined && units > 0 && Number.isFinite(units) && { duration: units * unit }),
		video,
		audio: tracks.filter(({ type }) => type === AUDIO_TYPE),
		firstCluster: at,
		segmentEnd: segment.end,
	};
}

/** An element that stands directly in the segment. The segment itself may be cut off, the element may not. */
export async function topElementAt(window: ByteWindow, at: number, segmentEnd: number | undefined): Promise<Element> {
	const element = await elementAt(window, at, segmentEnd ?? Number.POSITIVE_INFINITY);
	if (TOP_IDS.has(element.id)) return element;
	throw formatErrors.damaged(window.source.path, at, `no element ${nameOf(element.id)} belongs there`);
}

/** What stands in an element whose size is known. */
export async function* children(window: ByteWindow, parent: Element): AsyncGenerator<Element, void, undefined> {
	const { end } = parent;
	if (end === undefined)
		throw formatErrors.damaged(window.source.path, parent.start, `the element ${nameOf(parent.id)} has no end`);
	for (let at = parent.body; at < end; ) {
		const child = await elementAt(window, at, end);
		if (child.end === undefined)
			throw formatErrors.damaged(window.source.path, at, `the element ${nameOf(child.id)} has no end`);
		yield child;
		at = child.end;
	}
}

async function readSegment(window: ByteWindow): Promise<{ docType: string; segment: Element }> {
	const { path } = window.source;
	const head = await elementAt(window, 0, Number.POSITIVE_INFINITY);
	let docType = '';
	if (head.id !== EBML || head.end === undefined)
		throw formatErrors.wrongFormat(path, 'a Matroska or WebM file', undefined);
	for await (const value of children(window, head)) {
		if (value.id === DOC_TYPE) docType = await textIn(window, value);
	}
	const segment = await elementHeader(window, head.end);
	if (segment.id !== SEGMENT) throw formatErrors.damaged(path, head.end, 'no segment begins there');
	return { docType, segment };
}

async function readTrack(window: ByteWindow, entry: Element): Promise<MatroskaTrack> {
	const track: MatroskaTrack = { number: 0, type: 0, codec: '', width: 0, height: 0 };
	let fourCharacters = '';
	for await (const value of children(window, entry)) {
		if (value.id === TRACK.number) track.number = await integerIn(window, value);
		else if (value.id === TRACK.type) track.type = await integerIn(window, value);
		else if (value.id === TRACK.codec) track.codec = matroskaCodec(await textIn(window, value));
		else if (value.id === TRACK.private) {
			const bytes = await window.upTo(value.body, Math.min((value.end ?? 0) - value.body, VIDEO_FOR_WINDOWS.at + 4));
			fourCharacters = bytes.toString('latin1', VIDEO_FOR_WINDOWS.at).replace(/[^\x20-\x7e]/g, '?');
		} else if (value.id === TRACK.defaultDuration) {
			const ns = await integerIn(window, value);
			if (ns > 0) track.frameDuration = ns / NS;
		} else if (value.id === TRACK.video) await readVideo(window, value, track);
		else if (value.id === TRACK.audio) {
			for await (const inner of children(window, value)) {
				if (inner.id === AUDIO.sampleRate) track.sampleRate = await floatIn(window, inner);
				else if (inner.id === AUDIO.channels) track.channels = await integerIn(window, inner);
			}
		}
	}
	if (track.codec === VIDEO_FOR_WINDOWS.id && fourCharacters !== '') track.codec = fourCharacterCodec(fourCharacters);
	return track;
}

async function readVideo(window: ByteWindow, video: Element, track: MatroskaTrack): Promise<void> {
	for await (const value of children(window, video)) {
		if (value.id === VIDEO.width) track.width = await integerIn(window, value);
		else if (value.id === VIDEO.height) track.height = await integerIn(window, value);
		else if (value.id === VIDEO.projection) {
			for await (const inner of children(window, value)) {
				if (inner.id !== VIDEO.roll) continue;
				// Counted the other way round there, from -180 to 180.
				const turned = (360 - Math.round(await floatIn(window, inner))) % 360;
				if (turned === 90 || turned === 180 || turned === 270) track.rotation = turned;
			}
		}
	}
}
