import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { deflateRawSync } from 'node:zlib';
import { DicomReader, type DicomReaderOptions } from '../../../../src/runtime/formats/dicom/dicomReader.ts';
import type { DicomItem } from '../../../../src/runtime/formats/dicom/values.ts';
import { dicomSamples } from '../../../support/dicomSamples.ts';
import {
	beginning,
	EXPLICIT,
	element,
	IMPLICIT,
	item,
	itemEnd,
	sequenceEnd,
	UIDS,
	UNDEFINED,
	uint16,
} from '../../../support/dicomWriter.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase } from '../../../support/hostileCases/dicom.ts';
import { all, openDescriptors, scratch } from '../files/files.ts';

const samples = dicomSamples();

describe('DicomReader', () => {
	const { file, path } = scratch();
	const reading = (content: Uint8Array, options?: DicomReaderOptions) => DicomReader.open(file(content), options);
	const explicit = (...elements: Uint8Array[]) => Buffer.concat([beginning(UIDS.explicit), ...elements]);

	for (const kind of Object.keys(samples)) {
		it(`reads the same header of a file that is ${kind}`, async () => {
			await using reader = await reading(samples[kind] ?? Buffer.alloc(0));
			const { values, image, characterSets } = await reader.header();
			assert.deepEqual(characterSets, ['ISO_IR 100']);
			assert.deepEqual(values.PatientName, { alphabetic: 'Müller^Jörg' });
			assert.equal(values.PatientWeight, 72.5);
			assert.equal(values.SmallestImagePixelValue, 7);
			const [first, second] = values.ReferencedStudySequence as DicomItem[];
			assert.deepEqual(JSON.parse(JSON.stringify(first)), {
				AnatomicRegionSequence: [{ CodeValue: 'T-D1100', CodeMeaning: 'Head' }],
			});
			assert.equal(second?.CodeMeaning, 'Head');
			assert.equal(image?.frames, 3);
			assert.deepEqual([image?.rows, image?.columns, image?.bitsAllocated, image?.signed], [4, 6, 16, false]);
		});
	}

	it('gives elements with tag, keyword, representation, place, path and creator', async () => {
		await using reader = await reading(samples.explicit ?? Buffer.alloc(0));
		const elements = await all(reader.elements({ nested: true }));
		const shown = elements.map(({ depth, path, tag, vr, keyword }) => `${depth} ${path} ${tag} ${vr} ${keyword}`);
		assert.ok(shown.includes('0  0010,0010 PN PatientName'));
		const inner = 'ReferencedStudySequence[0].AnatomicRegionSequence[0]';
		assert.ok(shown.includes(`2 ${inner} 0008,0100 SH CodeValue`));
		const secret = elements.find(({ tag }) => tag === '0009,1001');
		assert.equal(secret?.creator, 'ACME 1.1');
		assert.equal(secret?.offset, (samples.explicit ?? Buffer.alloc(0)).indexOf('secret') - 12);
		assert.deepEqual(await secret?.bytes(), new Uint8Array(Buffer.from('secret')));
		// Without `nested`, and by the reader itself, only those of the file.
		const top = elements.filter(({ depth }) => depth === 0).map(({ tag }) => tag);
		assert.deepEqual(
			(await all(reader)).map(({ tag }) => tag),
			top,
		);
	});

	it('reads no value that is not asked for', async () => {
		const bulk = 64 * 1024 * 1024;
		const target = path('sparse');
		const head = explicit(element(0x00080060, 'CS', 'MR'), element(0x7fe00010, 'OW', '', EXPLICIT, bulk));
		const handle = await open(file(head, 'sparse'), 'r+');
		await handle.truncate(head.length + bulk);
		await handle.close();
		await using reader = await DicomReader.open(target);
		assert.equal((await all(reader)).at(-1)?.lengthBytes, bulk);
		await reader.header();
		assert.ok(reader.progress().readBytes < 512 * 1024, `${reader.progress().readBytes} bytes`);
		const pixels = (await all(reader)).at(-1);
		await assert.rejects(async () => pixels?.value(), { code: 'tooLarge', message: /maxValueBytes/ });
		let pieces = 0;
		for await (const piece of pixels?.pieces() ?? []) pieces += piece.length;
		assert.equal(pieces, bulk);
	});

	it('decodes each representation', async () => {
		const float = Buffer.alloc(8);
		float.writeDoubleLE(0.1);
		const big = Buffer.alloc(8);
		big.writeBigUInt64LE(2n ** 60n);
		await using reader = await reading(
			explicit(
				element(0x00080008, 'CS', 'ORIGINAL\\PRIMARY '),
				element(0x00080018, 'UI', '1.2.3'),
				element(0x00180050, 'DS', ' 1.5 \\none'),
				element(0x00189073, 'FD', float),
				element(0x00200013, 'IS', ''),
				element(0x00200032, 'DS', '1\\-2e1\\3.'),
				element(0x00280009, 'AT', Buffer.from([0x18, 0, 0x63, 0x10])),
				element(0x00281201, 'OW', Buffer.from([1, 0, 2, 0])),
				element(0x00289119, 'SL', Buffer.from([1, 2, 3])),
				element(0x00401234, 'UV', big),
				element(0x00404321, 'LT', 'one\\text  '),
			),
		);
		const { values } = await reader.header();
		assert.deepEqual(
			{ ...values, FileMetaInformationGroupLength: undefined, TransferSyntaxUID: undefined },
			{
				FileMetaInformationGroupLength: undefined,
				TransferSyntaxUID: undefined,
				ImageType: ['ORIGINAL', 'PRIMARY'],
				SOPInstanceUID: '1.2.3',
				SliceThickness: [1.5, 'none'],
				AcquisitionDuration: 0.1,
				InstanceNumber: null,
				ImagePositionPatient: [1, -20, 3],
				FrameIncrementPointer: '0018,1063',
				RedPaletteColorLookupTableData: new Uint16Array([1, 2]),
				// Not a whole number of values: as it is.
				'0028,9119': new Uint8Array([1, 2, 3]),
				'0040,1234': 2n ** 60n,
				'0040,4321': 'one\\text',
			},
		);
	});

	it('reads sequences that are written as unknown, and leaves other unknown values alone', async () => {
		const inner = element(0x00100020, 'LO', 'A1', IMPLICIT);
		const defined = element(0x00091001, 'UN', item(inner));
		const undefinedLength = element(
			0x00091002,
			'UN',
			Buffer.concat([item(inner, IMPLICIT, UNDEFINED), itemEnd(), sequenceEnd()]),
			EXPLICIT,
			UNDEFINED,
		);
		const other = element(0x00091003, 'UN', Buffer.from('neither this nor that '));
		await using reader = await reading(explicit(defined, undefinedLength, other));
		const { values } = await reader.header();
		for (const tag of ['0009,1001', '0009,1002']) {
			assert.deepEqual(JSON.parse(JSON.stringify(values[tag])), [{ PatientID: 'A1' }]);
		}
		assert.ok(values['0009,1003'] instanceof Uint8Array);
	});

	it('begins where a file without preamble begins, and refuses what is none of DICOM', async () => {
		const bare = samples.bare ?? Buffer.alloc(0);
		await using stray = await reading(Buffer.concat([Buffer.from('\n '), bare]));
		assert.equal((await stray.header()).values.Modality, 'MR');
		for (const other of ['', 'DIC', 'SIMPLE  =                    T', 'a text that goes on and on\n'.repeat(20)]) {
			await assert.rejects(reading(Buffer.from(other)), { code: 'wrongFormat', message: /DICOM/ });
		}
	});

	it('gives what is whole of a file that is cut off, then says where it ends', async () => {
		const whole = samples.implicit ?? Buffer.alloc(0);
		const cut = whole.indexOf('72.5') + 2;
		await using reader = await reading(whole.subarray(0, cut));
		const tags: string[] = [];
		const read = async () => {
			for await (const { tag } of reader.elements()) tags.push(tag);
		};
		await assert.rejects(read(), { code: 'truncated', offset: cut - 10, message: /PatientWeight/ });
		assert.equal(tags.at(-1), '0010,0010');
	});

	it('takes zeros at the end for filling, and nothing else', async () => {
		const whole = samples.explicit ?? Buffer.alloc(0);
		await using filled = await reading(Buffer.concat([whole, Buffer.alloc(1000)]));
		assert.equal((await all(filled)).at(-1)?.keyword, 'PixelData');
		await using wrong = await reading(Buffer.concat([whole, Buffer.alloc(1000), Buffer.from('x')]));
		await assert.rejects(all(wrong), { code: 'damaged' });
	});

	it('refuses sequences that are nested without end', async () => {
		const opening = Buffer.concat([
			element(0x00081110, 'SQ', Buffer.alloc(0), EXPLICIT, UNDEFINED),
			item(Buffer.alloc(0), EXPLICIT, UNDEFINED),
		]);
		const deep = Buffer.concat([beginning(UIDS.explicit), ...Array.from({ length: 10_000 }, () => opening)]);
		for (const nested of [true, false]) {
			await using reader = await reading(deep);
			await assert.rejects(all(reader.elements({ nested })), { code: 'damaged', message: /maxDepth/ });
		}
		// Deep, but allowed and whole.
		const closing = Buffer.concat([itemEnd(), sequenceEnd()]);
		const levels = Array.from({ length: 10_000 });
		const whole = Buffer.concat([deep, ...levels.map(() => closing)]);
		await using reader = await reading(whole, { maxDepth: 10_000 });
		const elements = await all(reader.elements({ nested: true }));
		assert.equal(elements.at(-1)?.depth, 9_999);
		assert.equal(elements.at(-1)?.path.split('.').length, 9_999);
	});

	it('never believes a length', async () => {
		const huge = explicit(element(0x00080060, 'UT', 'MR', EXPLICIT, 0xfffffff0));
		await using reader = await reading(huge);
		await assert.rejects(all(reader), { code: 'truncated' });
		const outside = element(0x00081110, 'SQ', item(element(0x00080060, 'CS', 'MR', EXPLICIT, 100)));
		await using other = await reading(explicit(outside, element(0x00081111, 'UT', 'x'.repeat(200))));
		await assert.rejects(all(other.elements({ nested: true })), {
			code: 'damaged',
			message: /longer than what is left/,
		});
		assert.equal((await all(other)).length, 4);
	});

	it('bounds what a header may hold', async () => {
		const many = Array.from({ length: 50 }, (_, i) => element(0x00090010 + i, 'LO', `creator ${i}`));
		const long = element(0x00281201, 'OW', Buffer.alloc(1000));
		await using reader = await reading(explicit(...many, long));
		await assert.rejects(reader.header({ maxElements: 10 }), { code: 'tooLarge', message: /maxElements/ });
		const items = Array.from({ length: 20 }, () => item(element(0x00080060, 'CS', 'MR')));
		const sequence = explicit(element(0x00081110, 'SQ', Buffer.concat(items)));
		await using bounded = await DicomReader.open(file(sequence, 'sequence'), { maxElements: 19 });
		const last = (await all(bounded)).at(-1);
		await assert.rejects(async () => last?.value(), { code: 'tooLarge', message: /maxElements/ });
		const { values, leftOut } = await reader.header({ maxValueBytes: 999 });
		assert.equal(values.RedPaletteColorLookupTableData, undefined);
		assert.deepEqual(
			leftOut.map(({ tag, lengthBytes }) => [tag, lengthBytes]),
			[['0028,1201', 1000]],
		);
		assert.equal((await reader.header({ maxTotalBytes: 100 })).leftOut.length > 10, true);
	});

	it('inflates to a file that goes, and no further than it may', async () => {
		const names = () =>
			readdirSync(tmpdir()).filter(name => name.startsWith(`memory-manager-unpacked-${process.pid}-`)).length;
		const before = names();
		const reader = await reading(samples.deflated ?? Buffer.alloc(0));
		const [last] = (await all(reader)).slice(-1);
		assert.equal(last?.keyword, 'PixelData');
		if (process.platform === 'linux') assert.equal(openDescriptors(`${tmpdir()}/memory-manager-`) > 0, true);
		await reader.close();
		assert.equal(names(), before);
		await assert.rejects(async () => last?.value(), { code: 'disposed' });

		const bomb = Buffer.concat([beginning(UIDS.deflated), deflateRawSync(Buffer.alloc(8 * 1024 * 1024))]);
		await using small = await reading(bomb, { maxInflatedBytes: 1024 * 1024 });
		await assert.rejects(all(small), { code: 'tooLarge', message: /maxInflatedBytes/ });
		const sound = samples.deflated ?? Buffer.alloc(0);
		await using cut = await reading(sound.subarray(0, -20));
		await assert.rejects(all(cut), { code: 'truncated' });
		assert.equal(names(), before);
	});

	it('reads or refuses whatever is cut off or changed', async () => {
		const hostile = await hostileCase();
		const { cases, problems } = await hostileRun(hostile, { truncations: 12, flips: 140 });
		await hostile.dispose?.();
		assert.deepEqual(problems, []);
		assert.ok(cases > 200);
	});

	it('ends with the signal, and refuses options that are none', async () => {
		const abort = new AbortController();
		await using reader = await reading(samples.explicit ?? Buffer.alloc(0), { signal: abort.signal });
		abort.abort(new Error('enough'));
		await assert.rejects(reader.header(), /enough/);
		await assert.rejects(reading(Buffer.alloc(0), { maxDepth: 0 }), { code: 'invalidOption', message: /maxDepth/ });
		const wrong = { maxDeep: 1 } as unknown as DicomReaderOptions;
		await assert.rejects(reading(Buffer.alloc(0), wrong), { code: 'invalidOption', message: /maxDeep/ });
	});

	it('takes the sign of the pixels for what depends on it', async () => {
		const content = Buffer.concat([
			beginning(UIDS.implicit),
			element(0x00280103, 'US', uint16(1), IMPLICIT),
			element(0x00280106, 'SS', uint16(0xfffe), IMPLICIT),
		]);
		await using reader = await reading(content);
		assert.equal((await reader.header()).values.SmallestImagePixelValue, -2);
	});
});
