import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';

/** Begins every HDF5 file, or stands behind a user's block of 512, 1024, … bytes. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const FIRST_BLOCK_BYTES = 512;
const SUPERBLOCK_BYTES = 100;
/** Where the addresses begin, by the superblock's version, and where it says how many bytes each has. */
const LAYOUTS = [
	{ sizes: 13, addresses: 24 },
	{ sizes: 13, addresses: 28 },
	{ sizes: 9, addresses: 12 },
	{ sizes: 9, addresses: 12 },
] as const;
/** Base, free space (or extension), end of the file: the same third place in all versions. */
const END_PLACE = 2;

/** Byte of the signature; `undefined`: this is no HDF5 file. */
export async function signatureOffset(source: ByteSource): Promise<number | undefined> {
	const found = Buffer.alloc(SIGNATURE.length);
	for (let offset = 0; offset + SIGNATURE.length <= source.size; offset = Math.max(2 * offset, FIRST_BLOCK_BYTES)) {
		await source.readExactly(found, offset);
		if (found.equals(SIGNATURE)) return offset;
	}
	return undefined;
}

/**
 * Refuses what is not HDF5 and what is cut off, before the library sees it: "HDF5 File Format Specification", II.A. The library would find
 * the latter, too, but only by failing.
 */
export async function checkSuperblock(source: ByteSource): Promise<void> {
	const offset = await signatureOffset(source);
	if (offset === undefined) {
		if (source.size < SIGNATURE.length) throw source.truncated(0, SIGNATURE.length, 'the signature of HDF5');
		throw formatErrors.wrongFormat(source.path, 'an HDF5 file', undefined);
	}
	const block = Buffer.alloc(Math.min(SUPERBLOCK_BYTES, source.size - offset));
	await source.readExactly(block, offset);
	const version = block[SIGNATURE.length] ?? 0;
	const layout = LAYOUTS[version];
	if (!layout) throw formatErrors.unsupported(source.path, `it has a superblock of version ${version}.`, '', offset);
	const addressBytes = block[layout.sizes] ?? 0;
	if (addressBytes !== 2 && addressBytes !== 4 && addressBytes !== 8) {
		throw formatErrors.damaged(source.path, offset + layout.sizes, `addresses of ${addressBytes} bytes`);
	}
	const at = (place: number) => layout.addresses + place * addressBytes;
	if (at(END_PLACE + 1) > block.length) throw source.truncated(offset, at(END_PLACE + 1), 'the superblock');
	const base = address(block, at(0), addressBytes);
	// The base is the superblock's place; where something was put before the file since, all moves with it.
	const end = address(block, at(END_PLACE), addressBytes) - base + BigInt(offset);
	if (end > BigInt(source.size)) {
		throw source.truncated(source.size, Number(end - BigInt(source.size)), 'what it holds according to its superblock');
	}
}

function address(block: Buffer, at: number, bytes: number): bigint {
	if (bytes === 8) return block.readBigUInt64LE(at);
	return BigInt(bytes === 4 ? block.readUInt32LE(at) : block.readUInt16LE(at));
}
