import { type FileHandle, open } from 'node:fs/promises';

const BLOCK_BYTES = 2880;
const SIDE = 1536;
/** Of a row: `J`, `D`, `E`, `6A`, `I`. */
const ROW_BYTES = 24;
const WRITE_BYTES = 1024 * 1024;

/**
 * A cube of 32-bit floats (nine tenths of `bytes`), a binary table (one row for each 350 bytes: 2 million of 700 MB) and an image of unsigned
 * 16-bit integers.
 */
export async function makeBig(path: string, bytes: number): Promise<void> {
	const planes = Math.max(1, Math.round((bytes * 0.9) / (SIDE * SIDE * 4)));
	const rows = Math.max(1, Math.round(bytes / 350));
	const file = await open(path, 'w');
	try {
		await writeHeader(file, [
			['SIMPLE', 'T'],
			['BITPIX', -32],
			['NAXIS', 3],
			['NAXIS1', SIDE],
			['NAXIS2', SIDE],
			['NAXIS3', planes],
			['EXTEND', 'T'],
		]);
		await writeData(file, planes * SIDE * SIDE * 4, 4, (block, at, i) => block.writeFloatBE((i % 1000) / 8, at));
		await writeHeader(file, [
			['XTENSION', "'BINTABLE'"],
			['BITPIX', 8],
			['NAXIS', 2],
			['NAXIS1', ROW_BYTES],
			['NAXIS2', rows],
			['PCOUNT', 0],
			['GCOUNT', 1],
			['TFIELDS', 5],
			...columns(['NUMBER', 'J'], ['TIME', 'D'], ['FLUX', 'E'], ['NAME', '6A'], ['CLASS', 'I']),
			['EXTNAME', "'EVENTS'"],
		]);
		await writeData(file, rows * ROW_BYTES, ROW_BYTES, (block, at, i) => {
			block.writeInt32BE(i, at);
			block.writeDoubleBE(i / 64, at + 4);
			block.writeFloatBE((i % 512) / 4, at + 12);
			block.write(`S${String(i % 10_000).padStart(5, '0')}`, at + 16, 'latin1');
			block.writeInt16BE(i % 7, at + 22);
		});
		await writeHeader(file, [
			['XTENSION', "'IMAGE'"],
			['BITPIX', 16],
			['NAXIS', 2],
			['NAXIS1', SIDE],
			['NAXIS2', SIDE],
			['PCOUNT', 0],
			['GCOUNT', 1],
			['BZERO', 32768],
			['BSCALE', 1],
			['EXTNAME', "'COUNTS'"],
		]);
		await writeData(file, SIDE * SIDE * 2, 2, (block, at, i) => block.writeInt16BE((i % 4096) - 2048, at));
	} finally {
		await file.close();
	}
}

type Card = readonly [keyword: string, value: string | number];

function columns(...described: readonly (readonly [name: string, form: string])[]): Card[] {
	return described.flatMap(([name, form], i): Card[] => [
		[`TTYPE${i + 1}`, `'${name}'`],
		[`TFORM${i + 1}`, `'${form}'`],
	]);
}

/** Cards, END and padding, as text. */
export function headerText(cards: readonly Card[]): string {
	const lines = cards.map(([keyword, value]) => {
		const text = typeof value === 'string' && value.startsWith("'") ? value : String(value).padStart(20);
		return `${keyword.padEnd(8)}= ${text}`.padEnd(80);
	});
	const text = [...lines, 'END'.padEnd(80)].join('');
	return text.padEnd(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES);
}

async function writeHeader(file: FileHandle, cards: readonly Card[]): Promise<void> {
	await file.write(Buffer.from(headerText(cards), 'latin1'));
}

/** `write` fills one element of `elementBytes` at `at`; `i` counts the elements. */
async function writeData(
	file: FileHandle,
	bytes: number,
	elementBytes: number,
	write: (block: Buffer, at: number, i: number) => void,
): Promise<void> {
	const perBlock = Math.floor(WRITE_BYTES / elementBytes);
	const elements = bytes / elementBytes;
	const block = Buffer.alloc(perBlock * elementBytes);
	for (let from = 0; from < elements; from += perBlock) {
		const count = Math.min(perBlock, elements - from);
		for (let i = 0; i < count; i++) write(block, i * elementBytes, from + i);
		await file.write(block.subarray(0, count * elementBytes));
	}
	const padding = Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES - bytes;
	if (padding > 0) await file.write(Buffer.alloc(padding));
}
