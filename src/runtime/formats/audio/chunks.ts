import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';

/** A file of sound has a dozen chunks; one of so many is none. */
const MOST_CHUNKS = 4096;
const MOST_TAGS = 64;
const MOST_TAG_BYTES = 1000;
/** Beyond this, channels are a damaged number. */
export const MOST_CHANNELS = 1024;
/** The highest rate that anything is recorded with is a few MHz. */
const MOST_SAMPLE_RATE = 2 ** 31 - 1;

export interface Chunk {
	readonly id: string;
	/** Of its content. */
	readonly offset: number;
	/** As it says itself; it may reach behind the file's end. */
	readonly bytes: number;
}

export interface ChunkWalk {
	readonly window: ByteWindow;
	readonly little: boolean;
	/** The true length of a chunk, where its own field is too small for it. */
	readonly lengthOf?: (id: string, field: number) => number;
}

/** The chunks from `offset` on, up to `end` or the file's. What is too short for a chunk's head ends the walk: padding is written there. */
export async function* chunksOf(
	{ window, little, lengthOf }: ChunkWalk,
	offset: number,
	end: number,
): AsyncGenerator<Chunk, void, undefined> {
	const { source } = window;
	let at = offset;
	for (let count = 0; at + 8 <= Math.min(end, source.size); count++) {
		if (count === MOST_CHUNKS) throw formatErrors.damaged(source.path, at, `it has more than ${MOST_CHUNKS} chunks`);
		const head = await window.bytes(at, 8);
		const id = head.toString('latin1', 0, 4);
		const field = little ? head.readUInt32LE(4) : head.readUInt32BE(4);
		const bytes = lengthOf?.(id, field) ?? field;
		yield { id, offset: at + 8, bytes };
		at += 8 + bytes + (bytes % 2);
	}
}

/** Texts that tell about a recording, few and short, whatever the file holds. */
export class Tags {
	readonly all: Record<string, string> = Object.create(null) as Record<string, string>;
	#count = 0;

	/** `text` up to its first zero byte. */
	add(name: string, text: string): void {
		const end = text.indexOf('\0');
		const value = (end < 0 ? text : text.slice(0, end)).trim().slice(0, MOST_TAG_BYTES);
		if (value === '' || this.#count === MOST_TAGS || Object.hasOwn(this.all, name)) return;
		this.#count++;
		this.all[name] = value;
	}

	/** A copy that looks like any object. */
	toJSON(): Readonly<Record<string, string>> {
		return { ...this.all };
	}
}

/** The text of a chunk, as far as it is there and within bounds. */
export async function chunkText(window: ByteWindow, { offset, bytes }: Chunk): Promise<string> {
	return (await window.upTo(offset, Math.min(bytes, MOST_TAG_BYTES))).toString('utf8');
}

/** Throws `damaged` or `unsupported` for what no sound has. */
export function checkShape(source: ByteSource, offset: number, channels: number, sampleRate: number): void {
	if (channels === 0) throw formatErrors.damaged(source.path, offset, 'it has no channel');
	if (channels > MOST_CHANNELS) {
		throw formatErrors.unsupported(
			source.path,
			`it has ${channels} channels.`,
			`At most ${MOST_CHANNELS} are read.`,
			offset,
		);
	}
	if (!(sampleRate > 0 && sampleRate <= MOST_SAMPLE_RATE)) {
		throw formatErrors.damaged(source.path, offset, `its sample rate is ${sampleRate}`);
	}
}
