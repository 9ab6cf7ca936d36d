import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { DicomImage } from './pixelFacts.ts';
import type { TransferSyntax } from './transferSyntaxes.ts';
import { arrayIn, type DicomArray } from './values.ts';

export interface Stretch {
	readonly offset: number;
	readonly lengthBytes: number;
}

/** What the frames of one file have in common. @internal */
export interface FrameAccess {
	readonly source: ByteSource;
	readonly path: string;
	readonly image: DicomImage;
	readonly littleEndian: boolean;
	/** Of the pixel data, and where they begin. */
	readonly vr: string;
	readonly pixelsOffset: number;
	readonly transferSyntax: TransferSyntax;
	readonly maxFrameBytes: number;
	readonly windowBytes: number;
	guard<T>(work: () => Promise<T>): Promise<T>;
	/** A window for the time in which it is read from; the same one again and again, if nobody else has it. */
	borrow(): ByteWindow;
	giveBack(window: ByteWindow): void;
}

const arrays = {
	u8: Uint8Array,
	s8: Int8Array,
	u16: Uint16Array,
	s16: Int16Array,
	u32: Uint32Array,
	s32: Int32Array,
} as const;

/** One frame of the pixel data, not read until it is asked for. */
export class DicomFrame {
	/** From 0. */
	readonly index: number;
	/** Bytes of all its fragments. */
	readonly lengthBytes: number;
	/** Where its bytes are in the file: one stretch of a plain frame, one for each fragment of an encapsulated one. */
	readonly fragments: readonly Stretch[];
	/** Bits of the first byte that belong to the frame before; not 0 only with one bit a pixel. */
	readonly bitOffset: number;
	readonly #access: FrameAccess;

	/** @internal */
	constructor(index: number, fragments: readonly Stretch[], bitOffset: number, access: FrameAccess) {
		this.index = index;
		this.fragments = fragments;
		this.lengthBytes = fragments.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
		this.bitOffset = bitOffset;
		this.#access = access;
	}

	/** How its bytes are compressed, or not. */
	get transferSyntax(): TransferSyntax {
		return this.#access.transferSyntax;
	}

	get encapsulated(): boolean {
		return this.#access.image.encapsulated;
	}

	/** Its bytes as the file has them, at most `windowBytes` at a time; each piece is valid until the next. */
	async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
		const window = this.#access.borrow();
		try {
			for (const { offset, lengthBytes } of this.fragments) {
				for await (const piece of window.pieces(offset, offset + lengthBytes, this.#name)) {
					yield piece;
					await this.#access.guard(async () => undefined);
				}
			}
		} finally {
			this.#access.giveBack(window);
		}
	}

	/** Its bytes as the file has them, in memory of their own. Throws `tooLarge` for more than the reader's `maxFrameBytes`, `truncated`. */
	async bytes(): Promise<Uint8Array> {
		const { guard, source, path, maxFrameBytes } = this.#access;
		const { lengthBytes } = this;
		if (lengthBytes > maxFrameBytes)
			throw formatErrors.tooLarge(path, this.#name, lengthBytes, 'maxFrameBytes', maxFrameBytes);
		return guard(async () => {
			const bytes = new Uint8Array(lengthBytes);
			let filled = 0;
			for (const fragment of this.fragments) {
				await source.readExactly(bytes.subarray(filled, filled + fragment.lengthBytes), fragment.offset, this.#name);
				filled += fragment.lengthBytes;
			}
			return bytes;
		});
	}

	/**
	 * The samples of a plain frame as numbers, in the file's order. Throws `unsupported` for frames that are compressed or have another
	 * number of bits than 8, 16, 32 or 64 (floats); otherwise as `bytes`.
	 */
	async samples(): Promise<DicomArray> {
		const { image, path, littleEndian, transferSyntax, vr } = this.#access;
		if (image.encapsulated) {
			throw formatErrors.unsupported(
				path,
				`its frames are written as ${transferSyntax.name}.`,
				'bytes() gives them for a decoder.',
			);
		}
		const { bitsAllocated, signed, kind } = image;
		const floats =
			kind === 'FloatPixelData' ? Float32Array : kind === 'DoubleFloatPixelData' ? Float64Array : undefined;
		const Type = floats ?? arrays[`${signed ? 's' : 'u'}${bitsAllocated}` as keyof typeof arrays];
		if (!Type)
			throw formatErrors.unsupported(
				path,
				`its samples have ${bitsAllocated} bits.`,
				'bytes() gives them as they are.',
			);
		if (this.lengthBytes % Type.BYTES_PER_ELEMENT > 0 || this.bitOffset > 0) {
			throw formatErrors.damaged(path, this.fragments[0]?.offset, `${this.#name} is no whole number of samples`);
		}
		const isSwapped = vr === 'OW' && bitsAllocated === 8 && !littleEndian;
		if (isSwapped) return this.#bytesOfWords();
		// Memory of its own: nobody else has it.
		return arrayIn<DicomArray>(Type, await this.bytes(), littleEndian);
	}

	/** Bytes that were written as words of big-endian order: the second of two stands first (PS3.5, 7.3). */
	async #bytesOfWords(): Promise<Uint8Array> {
		const [{ offset } = { offset: 0 }] = this.fragments;
		const { pixelsOffset, source } = this.#access;
		const bytes = await this.bytes();
		const swap = (i: number, j: number) => {
			const byte = bytes[i] ?? 0;
			bytes[i] = bytes[j] ?? 0;
			bytes[j] = byte;
		};
		const first = (offset - pixelsOffset) % 2;
		// A frame of an odd number of bytes shares its last word with the next, and that its first with this one.
		const other = Buffer.alloc(1);
		const shared = async (index: number, place: number) => {
			await this.#access.guard(() => source.readExactly(other, place, this.#name));
			bytes[index] = other[0] ?? 0;
		};
		for (let i = first; i + 1 < bytes.length; i += 2) swap(i, i + 1);
		if (first === 1) await shared(0, offset - 1);
		if ((bytes.length - first) % 2 === 1) await shared(bytes.length - 1, offset + bytes.length);
		return bytes;
	}

	get #name(): string {
		return `frame ${this.index}`;
	}
}
