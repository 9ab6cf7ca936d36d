import { littleEndian, swapBytes } from '../byteOrder.ts';
import type { ByteSource } from '../byteSource.ts';
import { type BinaryPart, chunksOf } from './chunks.ts';

/** Numbers that follow each other in the file. */
export interface BinaryValues<Values> {
	/** Of the first one, counted from the start of the part. */
	readonly index: number;
	readonly values: Values;
}

interface ArrayKind<Values> {
	readonly bytes: number;
	array(memory: ArrayBuffer, length: number): Values;
}

export async function* valuesOf<Values>(
	source: ByteSource,
	{ start, end }: BinaryPart,
	{ bytes: valueBytes, array }: ArrayKind<Values>,
	bigEndian: boolean,
	windowBytes: number,
): AsyncGenerator<BinaryValues<Values>, void, undefined> {
	const left = (end - start) % valueBytes;
	const chunkBytes = windowBytes - (windowBytes % valueBytes);
	for await (const { offset, bytes } of chunksOf(source, { start, end: end - left }, chunkBytes, true)) {
		const whole = bytes.length - (bytes.length % valueBytes);
		if (whole < bytes.length) throw source.truncated(offset + whole, valueBytes, 'the number');
		if (bigEndian === littleEndian) swapBytes(bytes, valueBytes);
		yield {
			index: (offset - start) / valueBytes,
			values: array(bytes.buffer as ArrayBuffer, bytes.length / valueBytes),
		};
	}
	if (left > 0) throw source.truncated(end - left, valueBytes, 'the number');
}
