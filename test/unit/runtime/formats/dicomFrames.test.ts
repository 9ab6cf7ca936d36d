import assert from 'node:assert/strict';
import type { DicomFrame } from '../../../../src/runtime/formats/dicom/dicomFrame.ts';
import { DicomReader, type DicomReaderOptions } from '../../../../src/runtime/formats/dicom/dicomReader.ts';
import { dicomSamples, FRAME_BYTES, framePixels, jpegFragments } from '../../../support/dicomSamples.ts';
import {
	BIG_ENDIAN,
	beginning,
	EXPLICIT,
	element,
	imageElements,
	item,
	sequenceEnd,
	UIDS,
	UNDEFINED,
	uint16,
} from '../../../support/dicomWriter.ts';
import { all, scratch } from '../files/files.ts';

const samples = dicomSamples();

describe('frames of DICOM', () => {
	const { file } = scratch();
	const reading = (content: Uint8Array = Buffer.alloc(0), options?: DicomReaderOptions) =>
		DicomReader.open(file(content), options);
	const bytesOf = async (frame: DicomFrame | undefined) => Buffer.from((await frame?.bytes()) ?? []);

	for (const kind of ['explicit', 'implicit', 'bigEndian', 'bare', 'deflated']) {
		it(`come by range out of a file that is ${kind}`, async () => {
			await using reader = await reading(samples[kind]);
			const frames = await all(reader.frames());
			assert.deepEqual(await Promise.all(frames.map(bytesOf)), [framePixels(0), framePixels(1), framePixels(2)]);
			const [second, ...none] = await all(reader.frames({ start: 1, end: 2 }));
			assert.equal(none.length, 0);
			assert.deepEqual([second?.index, second?.lengthBytes, second?.encapsulated], [1, FRAME_BYTES, false]);
			const samplesOf = (await second?.samples()) as Uint16Array;
			const pixels = framePixels(1);
			const first = kind === 'bigEndian' ? pixels.readUInt16BE(0) : pixels.readUInt16LE(0);
			assert.deepEqual([samplesOf.length, samplesOf[0]], [FRAME_BYTES / 2, first]);
			assert.deepEqual(await all(reader.frames({ start: 3 })), []);
		});
	}

	for (const kind of ['encapsulated', 'withoutTable']) {
		it(`are put together of fragments in a file that is ${kind}`, async () => {
			await using reader = await reading(samples[kind]);
			const frames = await all(reader.frames({ start: 1 }));
			assert.deepEqual(
				frames.map(({ index, fragments }) => [index, fragments.length]),
				[
					[1, 2],
					[2, 2],
				],
			);
			for (const frame of frames) {
				assert.deepEqual(await bytesOf(frame), Buffer.concat(jpegFragments(frame.index)));
				const pieces: Buffer[] = [];
				for await (const piece of frame.pieces()) pieces.push(Buffer.from(piece));
				assert.deepEqual(Buffer.concat(pieces), Buffer.concat(jpegFragments(frame.index)));
				assert.match(frame.transferSyntax.name, /^JPEG Baseline/);
				await assert.rejects(frame.samples(), { code: 'unsupported', message: /JPEG Baseline/ });
			}
		});
	}

	const film = (value: Uint8Array, frames: number, uid = UIDS.rle, before: Uint8Array = Buffer.alloc(0)) =>
		Buffer.concat([
			beginning(uid),
			imageElements({ rows: 4, columns: 6, frames }),
			before,
			element(0x7fe00010, 'OB', value, EXPLICIT, UNDEFINED),
		]);

	it('are found by the extended offset table', async () => {
		const parts = [item(Buffer.from('one!')), item(Buffer.from('two,')), item(Buffer.from('more'))];
		const table = Buffer.alloc(16);
		table.writeBigUInt64LE(12n, 8);
		const extended = element(0x7fe00001, 'OV', table);
		const value = Buffer.concat([item(Buffer.alloc(0)), ...parts, sequenceEnd()]);
		await using reader = await reading(film(value, 2, UIDS.jpeg, extended));
		const frames = await all(reader.frames());
		assert.deepEqual((await Promise.all(frames.map(bytesOf))).map(String), ['one!', 'two,more']);
	});

	it('are refused where their number and the fragments contradict each other', async () => {
		const fragments = [item(Buffer.alloc(0)), item(Buffer.from('ab')), item(Buffer.from('cd')), sequenceEnd()];
		await using jpeg = await reading(film(Buffer.concat(fragments), 3, UIDS.jpeg));
		await assert.rejects(all(jpeg.frames()), { code: 'damaged', message: /2 fragments .* 3 frames/ });
		await using rle = await reading(film(Buffer.concat(fragments), 3));
		await assert.rejects(all(rle.frames()), { code: 'damaged', message: /after 2 of 3/ });
		const table = Buffer.alloc(8);
		const backwards = Buffer.concat([item(table), ...fragments.slice(1)]);
		await using wrong = await reading(film(backwards, 2, UIDS.jpeg));
		await assert.rejects(all(wrong.frames()), { code: 'damaged', message: /upwards/ });
	});

	it('that are whole come out of a file that is cut off', async () => {
		const whole = samples.explicit ?? Buffer.alloc(0);
		await using reader = await reading(whole.subarray(0, -10));
		const frames: number[] = [];
		const read = async () => {
			for await (const { index } of reader.frames()) frames.push(index);
		};
		await assert.rejects(read(), { code: 'truncated', message: /frame 2/ });
		assert.deepEqual(frames, [0, 1]);
		assert.equal((await reader.header()).image?.missingBytes, 10);
	});

	it('are bounded, and never larger than the pixel data', async () => {
		await using reader = await reading(samples.explicit, { maxFrameBytes: FRAME_BYTES - 1 });
		const [first] = await all(reader.frames({ end: 1 }));
		await assert.rejects(async () => first?.bytes(), { code: 'tooLarge', message: /maxFrameBytes/ });
		const content = [
			imageElements({ rows: 65_535, columns: 65_535, frames: 2_000_000_000 }),
			element(0x7fe00010, 'OW', 'ab'),
		];
		await using lying = await reading(Buffer.concat([beginning(UIDS.explicit), ...content]));
		await assert.rejects(all(lying.frames({ start: 1_000_000_000 })), { code: 'damaged', message: /no room/ });
	});

	it('of bytes that were written as words of big-endian order are put right', async () => {
		// Three frames of three bytes: words are shared between frames.
		const content = [
			imageElements({ rows: 1, columns: 3, frames: 3, bits: 8 }, BIG_ENDIAN),
			element(0x7fe00010, 'OW', Buffer.from([2, 1, 4, 3, 6, 5, 8, 7, 0, 9]), BIG_ENDIAN),
		];
		await using reader = await reading(Buffer.concat([beginning(UIDS.bigEndian), ...content]));
		const frames = await all(reader.frames());
		const values = await Promise.all(frames.map(async frame => [...((await frame.samples()) as Uint8Array)]));
		assert.deepEqual(values, [
			[1, 2, 3],
			[4, 5, 6],
			[7, 8, 9],
		]);
	});

	it('that are no whole number of samples are damaged', async () => {
		const content = [
			element(0x00280002, 'US', uint16(3)),
			element(0x00280004, 'CS', 'YBR_PARTIAL_420'),
			element(0x00280010, 'US', uint16(1)),
			element(0x00280011, 'US', uint16(1)),
			element(0x00280100, 'US', uint16(16)),
			element(0x7fe00010, 'OW', Buffer.alloc(4)),
		];
		await using reader = await reading(Buffer.concat([beginning(UIDS.explicit), ...content]));
		const [frame] = await all(reader.frames());
		await assert.rejects(async () => frame?.samples(), { code: 'damaged', message: /no whole number of samples/ });
	});

	it('of one bit a pixel begin within a byte', async () => {
		const content = [
			imageElements({ rows: 3, columns: 3, frames: 2, bits: 1 }),
			element(0x7fe00010, 'OB', Buffer.from([1, 2, 3, 0])),
		];
		await using reader = await reading(Buffer.concat([beginning(UIDS.explicit), ...content]));
		const frames = await all(reader.frames());
		assert.deepEqual(
			frames.map(({ bitOffset, lengthBytes }) => [bitOffset, lengthBytes]),
			[
				[0, 2],
				[1, 2],
			],
		);
		assert.deepEqual(await bytesOf(frames[1]), Buffer.from([2, 3]));
		await assert.rejects(async () => frames[0]?.samples(), { code: 'unsupported', message: /1 bits/ });
	});

	it('are none in a file without pixel data', async () => {
		await using reader = await reading(Buffer.concat([beginning(UIDS.explicit), element(0x00080060, 'CS', 'SR')]));
		assert.deepEqual(await all(reader.frames()), []);
		assert.equal((await reader.header()).image, undefined);
	});
});
