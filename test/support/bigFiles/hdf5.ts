import { open } from 'node:fs/promises';
import { File, Module, ready } from 'h5wasm/node';

/** One plane of the cube. */
const ROWS = 512;
const COLUMNS = 512;
const PLANE_VALUES = ROWS * COLUMNS;
const PLANE_BYTES = PLANE_VALUES * 4;
const CHUNK = [1, 128, 512];
/** Where a superblock of version 0 keeps the file's end. */
const END_AT = 40;

type Layout = 'contiguous' | 'gzip';

export const variants: Readonly<Record<Layout, (path: string, bytes: number) => Promise<void>>> = {
	contiguous: (path, bytes) => make(path, bytes, 'contiguous'),
	gzip: (path, bytes) => make(path, bytes, 'gzip'),
};

export const makeBig = variants.contiguous;

/**
 * An HDF5 file of about `bytes` bytes of values: `/cube`, float32, planes of 512 x 512. `layout`: in one piece, or in chunks that are
 * packed with gzip. It is written plane by plane; memory does not grow with it.
 */
async function make(path: string, bytes: number, layout: Layout): Promise<void> {
	await ready;
	Module.activate_throwing_error_handler();
	const planes = Math.max(Math.round(bytes / PLANE_BYTES), 1);
	const first = { name: 'cube', data: planeAt(0), shape: [1, ROWS, COLUMNS], dtype: '<f4' };
	const file = new File(path, 'w', { libver: ['earliest', 'v110'] });
	if (layout === 'gzip') {
		const chunked = {
			chunks: CHUNK,
			maxshape: [null, ROWS, COLUMNS],
			compression: 'gzip',
			compression_opts: 1,
		} as const;
		const cube = file.create_dataset({ ...first, ...chunked, chunks: [...CHUNK], maxshape: [...chunked.maxshape] });
		cube.resize([planes, ROWS, COLUMNS]);
		for (let z = 1; z < planes; z++) cube.write_slice([[z, z + 1], [], []], planeAt(z));
		file.close();
	} else {
		file.create_dataset(first);
		file.close();
		await lengthen(path, planes);
	}
}

/**
 * The library wants all values of a dataset in one piece at once: it writes the first plane, and the others are put behind it here, as the
 * numbers in the header are told.
 */
async function lengthen(path: string, planes: number): Promise<void> {
	await using file = await open(path, 'r+');
	const { size } = await file.stat();
	const start = size - PLANE_BYTES;
	const header = Buffer.alloc(start);
	await file.read(header, 0, start, 0);
	const words = (...values: number[]) => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
	replace(header, words(1, ROWS, COLUMNS), words(planes, ROWS, COLUMNS));
	replace(header, words(start, PLANE_BYTES), words(start, planes * PLANE_BYTES));
	words(start + planes * PLANE_BYTES).copy(header, END_AT);
	await file.write(header, 0, start, 0);
	for (let z = 1; z < planes; z++)
		await file.write(Buffer.from(planeAt(z).buffer), 0, PLANE_BYTES, start + z * PLANE_BYTES);
}

function replace(header: Buffer, from: Buffer, to: Buffer): void {
	let found = header.indexOf(from);
	if (found < 0) throw new Error('The library lays files out in another way.');
	for (; found >= 0; found = header.indexOf(from, found + to.length)) to.copy(header, found);
}

/** Values that gzip does not pack to nothing. */
function planeAt(z: number): Float32Array<ArrayBuffer> {
	const plane = new Float32Array(PLANE_VALUES);
	for (let i = 0; i < PLANE_VALUES; i++) plane[i] = ((z * 31 + i * 7919) % 4093) / 8;
	return plane;
}
