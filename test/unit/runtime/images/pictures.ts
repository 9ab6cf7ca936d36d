import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { MemoryManagerError } from '../../../../src/runtime/runtimeError.ts';
import { generator } from '../../../support/hostile.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

/** Pixels whose values are known, and the folder in which files of them lie. */
export class Pictures {
	readonly width: number;
	readonly height: number;
	readonly folder: TemporaryFolder = temporaryFolder('pictures');
	readonly bytes: Uint8Array;
	readonly words: Uint16Array;

	constructor(width = 61, height = 47) {
		this.width = width;
		this.height = height;
		const random = generator(3);
		this.bytes = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index % 5 === 0 ? 0 : random() & 255));
		this.words = Uint16Array.from({ length: width * height * 3 }, () => random() & 65_535);
	}

	path(name: string): string {
		return join(this.folder.path, name);
	}

	/** 8 bits, without loss. */
	async png(name = 'bytes.png'): Promise<string> {
		const { width, height } = this;
		await sharp(this.bytes, { raw: { width, height, channels: 3 } })
			.png()
			.toFile(this.path(name));
		return this.path(name);
	}

	/** 16 bits. */
	async deepPng(name = 'words.png'): Promise<string> {
		const { width, height } = this;
		const image = sharp(this.words, { raw: { width, height, channels: 3 } });
		await image.toColourspace('rgb16').png().toFile(this.path(name));
		return this.path(name);
	}

	/** Grey floats: a TIFF of one strip, which no encoder here writes. Or whole numbers with a sign. */
	async floats(values: Float32Array | Float64Array | Int16Array, width: number, name = 'floats.tif'): Promise<string> {
		const fields = [
			[256, 4, width],
			[257, 4, values.length / width],
			[258, 3, values.BYTES_PER_ELEMENT * 8],
			[259, 3, 1],
			[262, 3, 1],
			[273, 4, 8],
			[277, 3, 1],
			[278, 4, values.length / width],
			[279, 4, values.byteLength],
			[339, 3, values instanceof Int16Array ? 2 : 3],
		];
		const header = Buffer.alloc(8);
		header.write('II*\0', 'latin1');
		header.writeUInt32LE(8 + values.byteLength, 4);
		const table = Buffer.alloc(2 + fields.length * 12 + 4);
		table.writeUInt16LE(fields.length);
		for (const [index, [tag = 0, type = 0, value = 0]] of fields.entries()) {
			const at = 2 + index * 12;
			table.writeUInt16LE(tag, at);
			table.writeUInt16LE(type, at + 2);
			table.writeUInt32LE(1, at + 4);
			table.writeUInt32LE(value, at + 8);
		}
		await writeFile(this.path(name), Buffer.concat([header, Buffer.from(values.buffer), table]));
		return this.path(name);
	}

	/** A PNG that claims a size and has one row of it. */
	async claiming(width: number, height: number, name = 'bomb.png'): Promise<string> {
		const small = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
			.png()
			.toBuffer();
		small.writeUInt32BE(width, 16);
		small.writeUInt32BE(height, 20);
		small.writeInt32BE(crc(small.subarray(12, 29)), 29);
		await writeFile(this.path(name), small);
		return this.path(name);
	}
}

function crc(bytes: Uint8Array): number {
	let value = -1;
	for (const byte of bytes) {
		value ^= byte;
		for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
	}
	return ~value;
}

/** For `assert.rejects`: an error of ours with this code. */
export const withCode = (code: MemoryManagerError['code']) => (error: unknown) =>
	(error as MemoryManagerError).code === code;
