import { type ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Element, elementAt, integerIn, nameOf, variableInteger } from './ebml.ts';
import { children, type MatroskaHeader, readMatroskaHeader, TOP, topElementAt } from './matroskaHeader.ts';
import type { FoundFrame, FrameFinder, VideoFacts } from './videoTypes.ts';

const CLUSTER = { time: 0xe7, simpleBlock: 0xa3, group: 0xa0, encrypted: 0xaf };
const GROUP = { block: 0xa1, duration: 0x9b, reference: 0xfb };
/** What else may stand in a cluster: silent tracks, position, size of the one before, void, checksum. */
const PASSED_OVER: ReadonlySet<number> = new Set([0x5854, 0xa7, 0xab, TOP.void, TOP.checksum, CLUSTER.encrypted]);
const KEY_FLAG = 0x80;
const LACING_FLAGS = 0x06;
/** Number of the track, time, flags. */
const BLOCK_HEADER_BYTES = 8 + 2 + 1;

/** Matroska and WebM: frames by the headers of their blocks. The pictures are passed over, so a cluster may have any size. */
export class MatroskaFile implements FrameFinder {
	readonly facts: VideoFacts;
	readonly #source: ByteSource;
	readonly #windowBytes: number;
	readonly #header: MatroskaHeader;

	private constructor(source: ByteSource, windowBytes: number, header: MatroskaHeader) {
		this.#source = source;
		this.#windowBytes = windowBytes;
		this.#header = header;
		const { docType, video, audio, duration } = header;
		this.facts = {
			container: docType === 'webm' ? 'webm' : 'matroska',
			codec: video.codec,
			width: video.width,
			height: video.height,
			...(video.frameDuration !== undefined && { frameRate: Math.round(1e6 / video.frameDuration) / 1e6 }),
			...(duration !== undefined && { duration }),
			...(video.rotation !== undefined && { rotation: video.rotation }),
			audio: audio.map(({ codec, channels = 1, sampleRate = 8_000 }) => ({ codec, channels, sampleRate })),
			via: 'own',
		};
	}

	static async open(source: ByteSource, windowBytes: number): Promise<MatroskaFile> {
		const window = new ByteWindow(source, windowBytes);
		try {
			return new MatroskaFile(source, windowBytes, await readMatroskaHeader(window));
		} finally {
			window.release();
		}
	}

	async *frames(): AsyncGenerator<FoundFrame, void, undefined> {
		const { firstCluster, segmentEnd } = this.#header;
		const { size } = this.#source;
		const window = new ByteWindow(this.#source, this.#windowBytes);
		try {
			let at = firstCluster;
			while (at < (segmentEnd ?? size)) {
				const element = await topElementAt(window, at, segmentEnd);
				if (element.id === TOP.cluster) at = yield* this.#cluster(window, element);
				else if (element.end !== undefined) at = element.end;
				else throw formatErrors.damaged(this.#source.path, at, `the element ${nameOf(element.id)} has no end`);
			}
		} finally {
			window.release();
		}
	}

	/** Gives where it ends. */
	async *#cluster(window: ByteWindow, cluster: Element): AsyncGenerator<FoundFrame, number, undefined> {
		const { path, size } = this.#source;
		const { segmentEnd } = this.#header;
		let time = 0;
		let at = cluster.body;
		while (at < (cluster.end ?? segmentEnd ?? size)) {
			const element = await elementAt(window, at, cluster.end ?? segmentEnd ?? Number.POSITIVE_INFINITY);
			const { id, end } = element;
			// A cluster of unknown size goes on until something comes that stands beside it.
			if (cluster.end === undefined && isTop(id)) break;
			if (end === undefined) throw formatErrors.damaged(path, at, `the element ${nameOf(id)} has no end`);
			if (id === CLUSTER.time) time = await integerIn(window, element);
			else if (id === CLUSTER.simpleBlock) {
				const frame = await this.#block(window, element, time, undefined);
				if (frame) yield frame;
			} else if (id === CLUSTER.group) {
				const frame = await this.#group(window, element, time);
				if (frame) yield frame;
			} else if (!PASSED_OVER.has(id)) {
				throw formatErrors.damaged(path, at, `no element ${nameOf(id)} belongs into a cluster`);
			}
			at = end;
		}
		return at;
	}

	async #group(window: ByteWindow, group: Element, time: number): Promise<FoundFrame | undefined> {
		let block: Element | undefined;
		let duration: number | undefined;
		let isKey = true;
		for await (const value of children(window, group)) {
			if (value.id === GROUP.block) block = value;
			else if (value.id === GROUP.duration) duration = (await integerIn(window, value)) * this.#header.unit;
			else if (value.id === GROUP.reference) isKey = false;
		}
		if (!block) throw formatErrors.damaged(this.#source.path, group.start, 'a group has no block');
		return this.#block(window, block, time, { isKey, duration });
	}

	/** `undefined`: it belongs to another track. */
	async #block(
		window: ByteWindow,
		block: Element,
		time: number,
		group: { isKey: boolean; duration: number | undefined } | undefined,
	): Promise<FoundFrame | undefined> {
		const { video, unit } = this.#header;
		const bytes = (block.end ?? 0) - block.body;
		const head = await window.upTo(block.body, Math.min(BLOCK_HEADER_BYTES, bytes));
		const track = variableInteger(head);
		if (!track || head.length < track.width + 3)
			throw formatErrors.damaged(this.#source.path, block.start, 'a block is too short');
		if (track.value !== video.number) return undefined;
		const flags = head.readUInt8(track.width + 2);
		if ((flags & LACING_FLAGS) !== 0) {
			throw formatErrors.unsupported(
				this.#source.path,
				'several video frames in one block (lacing).',
				"{ via: 'ffprobe' } reads it.",
				block.start,
			);
		}
		return {
			timestamp: (time + head.readInt16BE(track.width)) * unit,
			key: group ? group.isKey : (flags & KEY_FLAG) !== 0,
			sizeBytes: bytes - track.width - 3,
			duration: group?.duration ?? video.frameDuration,
		};
	}
}

/** Void and checksums stand in clusters, too. */
const isTop = (id: number): boolean => id > 0xffffff;
