// `node dicom.mjs FILE`: every element, the values of some, and all pixels. `check`: the sum of the values and of every 64th byte of the pixels.
import { DicomReader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

/** Of every 64th byte from `first` on. */
function pixelSum(bytes, first) {
	let all = 0;
	for (let i = first; i < bytes.length; i += 64) all += bytes[i];
	return all;
}

await measured(async () => {
	let items = 0;
	let check = 0;
	const reader = await DicomReader.open(process.argv[2]);
	for await (const element of reader.elements({ nested: true })) {
		items++;
		if (element.vr === 'US') check += await element.value();
	}
	for await (const frame of reader.frames()) {
		let at = 0;
		for await (const piece of frame.pieces()) {
			check += pixelSum(piece, (64 - (at % 64)) % 64);
			at += piece.length;
		}
	}
	await reader.close();
	return { items, check };
});
