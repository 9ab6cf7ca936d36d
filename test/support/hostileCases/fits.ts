import { FitsReader } from '../../../src/runtime/formats/fits/fitsReader.ts';
import { FitsTexts } from '../../../src/runtime/formats/fits/fitsTexts.ts';
import { FileError } from '../../../src/runtime/internals.ts';
import { tilesFile, writeFitsFiles } from '../fitsFiles.ts';
import type { HostileCase } from '../hostile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const BLOCK_BYTES = 2880;

export async function hostileCase(): Promise<HostileCase> {
	const folder = temporaryFolder('fits');
	const { mixed, groups, tiles } = await writeFitsFiles(folder.path);
	const sound = new Map<string, readonly (readonly [from: number, to: number])[]>();
	for (const file of [mixed, groups, tiles]) sound.set(file, await wholeEnds(file));
	return {
		format: 'fits',
		files: [mixed, groups, tiles, tilesFile],
		read: readAll,
		maySucceedAt: (path, bytes) => sound.get(path)?.some(([from, to]) => bytes >= from && bytes <= to) ?? false,
		dispose: () => folder.remove(),
	};
}

/** Where a file may end and be whole all the same: behind the data of an HDU, in their padding. */
async function wholeEnds(path: string): Promise<(readonly [number, number])[]> {
	const ends: (readonly [number, number])[] = [];
	await using reader = await FitsReader.open(path);
	for await (const { dataOffset, dataBytes, end } of reader) {
		ends.push([dataBytes === 0 ? dataOffset - BLOCK_BYTES : dataOffset + dataBytes, end]);
	}
	return ends;
}

async function readAll(path: string, signal: AbortSignal): Promise<string> {
	await using reader = await FitsReader.open(path, { signal });
	const told: unknown[] = [];
	let refused: FileError | undefined;
	for await (const hdu of reader) {
		told.push(hdu.header.cards.length, hdu.header.warnings.length, hdu.shape.join());
		try {
			told.push(await readHdu(reader, hdu));
		} catch (error) {
			// One method that is not read, or one broken tile: the others have to be read all the same.
			if (!(error instanceof FileError)) throw error;
			if (error.code !== 'unsupported') refused ??= error;
		}
	}
	for await (const { data, whole } of reader.verify()) told.push(data, whole);
	if (refused) throw refused;
	return told.join(' ');
}

async function readHdu(
	reader: FitsReader,
	hdu: Parameters<FitsReader['bands']>[0] & { kind: string },
): Promise<number> {
	let sum = 0;
	const add = (values: Iterable<number | bigint | string>) => {
		for (const value of values) sum = (sum * 31 + Number(value || 0)) % 1e9;
	};
	if (hdu.kind === 'randomGroups') {
		for await (const { data, parameters } of reader.groups(hdu)) {
			add(data);
			add(parameters);
		}
	} else if (hdu.kind === 'table' || hdu.kind === 'asciiTable') {
		for await (const batch of reader.columns(hdu)) {
			for (const column of batch.data.values()) {
				if (column instanceof FitsTexts) add(Array.from(column, text => text.length));
				else if (Array.isArray(column)) for (const each of column) add(each);
				else add(column);
			}
		}
		for await (const row of reader.rows(hdu)) sum += Object.keys(row).length;
	} else for await (const { data } of reader.bands(hdu)) add(data);
	return sum;
}
