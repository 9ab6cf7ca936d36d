import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import {
	beginning,
	EXPLICIT,
	element,
	IMPLICIT,
	imageElements,
	item,
	type Syntax,
	sequenceEnd,
	UIDS,
	UNDEFINED,
	uint16,
} from '../dicomWriter.ts';

type Kind = 'explicit' | 'implicit' | 'encapsulated';

const ROWS = 512;
const COLUMNS = 512;
const FRAME_BYTES = ROWS * COLUMNS * 2;
const SEQUENCE_ITEMS = 300;

export const variants: Readonly<Record<Kind, (path: string, bytes: number) => Promise<void>>> = {
	explicit: (path, bytes) => make(path, bytes, 'explicit'),
	implicit: (path, bytes) => make(path, bytes, 'implicit'),
	encapsulated: (path, bytes) => make(path, bytes, 'encapsulated'),
};

export const makeBig = variants.explicit;

/** A film of 512 x 512 pixels of 16 bits, after a header with a sequence of 300 items of five elements. The same at each call. */
async function make(path: string, bytes: number, kind: Kind): Promise<void> {
	const syntax = kind === 'implicit' ? IMPLICIT : EXPLICIT;
	const frames = Math.max(1, Math.floor(bytes / FRAME_BYTES));
	const file = createWriteStream(path);
	const uid = { explicit: UIDS.explicit, implicit: UIDS.implicit, encapsulated: UIDS.rle }[kind];
	await write(file, Buffer.concat([beginning(uid), header(frames, syntax)]));
	const encapsulated = kind === 'encapsulated';
	const length = encapsulated ? UNDEFINED : frames * FRAME_BYTES;
	await write(file, element(0x7fe00010, encapsulated ? 'OB' : 'OW', Buffer.alloc(0), syntax, length));
	if (encapsulated) await write(file, item(Buffer.alloc(0)));
	const frame = Buffer.alloc(FRAME_BYTES);
	for (let i = 0; i < frame.length; i += 2) frame.writeUInt16LE((i * 2_654_435_761) >>> 20, i);
	for (let index = 0; index < frames; index++) {
		frame.writeUInt32LE(index, 0);
		await write(file, encapsulated ? item(frame) : frame);
	}
	if (encapsulated) await write(file, sequenceEnd());
	file.end();
	await once(file, 'finish');
}

function header(frames: number, syntax: Syntax): Buffer {
	const items = Array.from({ length: SEQUENCE_ITEMS }, (_, index) =>
		item(
			Buffer.concat([
				element(0x00080100, 'SH', `CODE${index}`, syntax),
				element(0x00080102, 'SH', 'DCM', syntax),
				element(0x00080104, 'LO', `Meaning of code ${index}`, syntax),
				element(0x00209057, 'UL', Buffer.concat([uint16(index, syntax), uint16(0, syntax)]), syntax),
				element(0x00209156, 'US', uint16(index, syntax), syntax),
			]),
			syntax,
		),
	);
	return Buffer.concat([
		element(0x00080005, 'CS', 'ISO_IR 100', syntax),
		element(0x00080060, 'CS', 'MR', syntax),
		element(0x00100010, 'PN', 'Big^File', syntax),
		imageElements({ rows: ROWS, columns: COLUMNS, frames }, syntax),
		element(0x52009230, 'SQ', Buffer.concat(items), syntax),
	]);
}

async function write(file: WriteStream, bytes: Buffer): Promise<void> {
	// The stream keeps what it is given until it is written.
	if (!file.write(Buffer.from(bytes))) await once(file, 'drain');
}
