import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Every 64th byte of what the pieces are together. */
function pixelSum(pieces) {
	let sum = 0;
	let at = 0;
	for (const piece of pieces) {
		for (; at < piece.length; at += 64) sum += piece[at];
		at -= piece.length;
	}
	return sum;
}

/** Elements of a data set of dcmjs and of its sequences: how many, and the sum of those that are `US`. */
function walk(dict, counted) {
	for (const [tag, { vr, Value = [] }] of Object.entries(dict)) {
		counted.items++;
		if (vr === 'SQ') for (const item of Value) walk(item, counted);
		else if (vr === 'US') for (const value of Value) counted.check += value;
		else if (tag === '7FE00010') counted.check += pixelSum(Value.flat(2).map(piece => new Uint8Array(piece)));
	}
	return counted;
}

/** The library leaves the length of the file meta information out of what it gives. */
const counted = ({ meta, dict }) => walk(dict, walk(meta, { items: 1, check: 0 }));

export const peers = {
	async 'dicom-parser'({ require }) {
		const { parseDicom } = require('dicom-parser');
		return async file => {
			const bytes = await readFile(file);
			const dataSet = parseDicom(bytes);
			let check = 0;
			const count = ({ elements, uint16 }, self) => {
				let items = 0;
				for (const [tag, element] of Object.entries(elements)) {
					items++;
					for (const item of element.items ?? []) items += count(item.dataSet, item.dataSet);
					// Implicit files do not name the kind of a value: the library leaves it to its caller.
					if (element.vr === 'US' || (element.vr === undefined && US.has(tag))) check += uint16.call(self, tag);
				}
				return items;
			};
			const items = count(dataSet, dataSet);
			const { fragments, dataOffset, length } = dataSet.elements.x7fe00010;
			const pieces = fragments
				? fragments.map(fragment => bytes.subarray(fragment.position, fragment.position + fragment.length))
				: [bytes.subarray(dataOffset, dataOffset + length)];
			return { items, check: check + pixelSum(pieces) };
		};
	},
	async dcmjs({ load }) {
		const { default: dcmjs } = await load('dcmjs');
		return async file => {
			const { buffer, byteOffset, byteLength } = await readFile(file);
			const whole = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
			return counted(dcmjs.data.DicomMessage.readFile(whole));
		};
	},
	async 'dcmjs, asynchronous'({ load }) {
		const { default: dcmjs } = await load('dcmjs');
		return async file => {
			const reader = new dcmjs.async.AsyncDicomReader();
			const [read] = await Promise.all([reader.readFile(), reader.stream.fromAsyncStream(createReadStream(file))]);
			return counted(read);
		};
	},
};

/** Of the elements of the generated file. */
const US = new Set([
	'x00280002',
	'x00280010',
	'x00280011',
	'x00280100',
	'x00280101',
	'x00280102',
	'x00280103',
	'x00209156',
]);
