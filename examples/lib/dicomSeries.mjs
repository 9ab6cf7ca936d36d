// Writes DICOM files, a few hundred of several kinds of devices, as a hospital's archive might hold them (explicit VR, little endian).
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const EXPLICIT = '1.2.840.10008.1.2.1';
const LONG = new Set(['OB', 'OW']);

const DEVICES = [
	{
		modality: 'CT',
		sop: '1.2.840.10008.5.1.4.1.1.2',
		description: 'Thorax 3 mm',
		files: 24,
		rows: 512,
		columns: 512,
		bits: 16,
	},
	{
		modality: 'MR',
		sop: '1.2.840.10008.5.1.4.1.1.4',
		description: 'T2 axial',
		files: 24,
		rows: 256,
		columns: 256,
		bits: 16,
	},
	{
		modality: 'CR',
		sop: '1.2.840.10008.5.1.4.1.1.1',
		description: 'Chest pa',
		files: 1,
		rows: 2140,
		columns: 1760,
		bits: 16,
	},
	{
		modality: 'XA',
		sop: '1.2.840.10008.5.1.4.1.1.12.1',
		description: 'Coronaries',
		files: 1,
		rows: 512,
		columns: 512,
		bits: 8,
		frames: 40,
	},
];

/** `patients` of them, each with a series of two devices. Gives the bytes written. */
export async function writeArchive(folder, patients) {
	const phantoms = DEVICES.map(phantom);
	let bytes = 0;
	for (let patient = 0; patient < patients; patient++) {
		const study = join(folder, `study${String(patient + 1).padStart(3, '0')}`);
		await mkdir(study);
		for (const [series, device] of [DEVICES[patient % 2], DEVICES[2 + (patient % 2)]].entries()) {
			const pixels = phantoms[DEVICES.indexOf(device)];
			for (let i = 0; i < device.files; i++) {
				const head = header(device, patient, series, i);
				await writeFile(join(study, `${device.modality}${String(i + 1).padStart(4, '0')}.dcm`), [head, pixels]);
				bytes += head.length + pixels.length;
			}
		}
	}
	await writeFile(join(folder, 'README.txt'), 'Exported for the inventory.\n');
	// An export that was broken off.
	const [device] = DEVICES;
	await writeFile(join(folder, 'brokenOff.dcm'), [
		header(device, 0, 0, device.files),
		phantoms[0].subarray(0, 100_000),
	]);
	return bytes;
}

function header({ modality, sop, description, rows, columns, bits, frames = 1 }, patient, series, i) {
	const study = `2.25.${4_000_000 + patient}`;
	const instance = `${study}.${series + 1}.${i + 1}`;
	const meta = [
		element(0x00020002, 'UI', sop),
		element(0x00020003, 'UI', instance),
		element(0x00020010, 'UI', EXPLICIT),
		element(0x00020012, 'UI', '2.25.4000000000'),
	];
	return Buffer.concat([
		Buffer.alloc(128),
		Buffer.from('DICM'),
		element(0x00020000, 'UL', Buffer.concat(meta).length),
		...meta,
		element(0x00080016, 'UI', sop),
		element(0x00080018, 'UI', instance),
		element(0x00080020, 'DA', `202403${String(1 + (patient % 28)).padStart(2, '0')}`),
		element(0x00080060, 'CS', modality),
		element(0x0008103e, 'LO', description),
		element(0x00100010, 'PN', `Example^Patient ${patient + 1}`),
		element(0x00100020, 'LO', `P${1_000 + patient}`),
		element(0x0020000d, 'UI', study),
		element(0x0020000e, 'UI', `${study}.${series + 1}`),
		element(0x00200011, 'IS', String(series + 1)),
		element(0x00200013, 'IS', String(i + 1)),
		element(0x00280002, 'US', 1),
		element(0x00280004, 'CS', 'MONOCHROME2'),
		...(frames > 1 ? [element(0x00280008, 'IS', String(frames))] : []),
		element(0x00280010, 'US', rows),
		element(0x00280011, 'US', columns),
		element(0x00280100, 'US', bits),
		element(0x00280101, 'US', bits === 16 ? 12 : 8),
		element(0x00280102, 'US', bits === 16 ? 11 : 7),
		element(0x00280103, 'US', 0),
		element(0x7fe00010, bits === 16 ? 'OW' : 'OB', rows * columns * frames * (bits / 8)),
	]);
}

/** Of OB and OW the header only: `value` is how many bytes follow. */
function element(tag, vr, value) {
	const bytes = valueBytes(vr, value);
	const header = Buffer.alloc(LONG.has(vr) ? 12 : 8);
	header.writeUInt16LE(tag >>> 16, 0);
	header.writeUInt16LE(tag & 0xffff, 2);
	header.write(vr, 4, 'latin1');
	if (LONG.has(vr)) header.writeUInt32LE(value, 8);
	else header.writeUInt16LE(bytes.length, 6);
	return Buffer.concat([header, bytes]);
}

function valueBytes(vr, value) {
	if (LONG.has(vr)) return Buffer.alloc(0);
	if (vr === 'US') return Buffer.from(Uint16Array.of(value).buffer);
	if (vr === 'UL') return Buffer.from(Uint32Array.of(value).buffer);
	// Values have an even length.
	return Buffer.from(value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' '), 'latin1');
}

/** A bright ellipse on black, in every frame. */
function phantom({ rows, columns, bits, frames = 1 }) {
	const pixels = bits === 16 ? new Uint16Array(rows * columns) : new Uint8Array(rows * columns);
	for (let i = 0; i < pixels.length; i++) {
		const [x, y] = [(i % columns) / columns - 0.5, Math.floor(i / columns) / rows - 0.5];
		if (4 * x * x + 6 * y * y < 0.8) pixels[i] = bits === 16 ? 1_100 : 180;
	}
	const frame = Buffer.from(pixels.buffer);
	return frames === 1 ? frame : Buffer.concat(Array(frames).fill(frame));
}
