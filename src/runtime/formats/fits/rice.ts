/** How the Rice coder of FITS writes the length of a block's code, by bytes of a pixel (cfitsio, `ricecomp.c`). */
const CODES = {
	1: { lengthBits: 3, longest: 6, valueBits: 8 },
	2: { lengthBits: 4, longest: 14, valueBits: 16 },
	4: { lengthBits: 5, longest: 25, valueBits: 32 },
} as const;

export type RicePixelBytes = keyof typeof CODES;

/** The fewest bytes that can hold `pixels`: a block of equal pixels takes the bits of its length only. */
export function leastRiceBytes(pixels: number, pixelBytes: RicePixelBytes, blockPixels: number): number {
	return pixelBytes + Math.ceil((Math.ceil(pixels / blockPixels) * CODES[pixelBytes].lengthBits) / 8);
}

/**
 * Undoes RICE_1 (White et al., FITS standard 4.0, section 10.4.1): differences of neighbours, folded to be positive, in blocks with one
 * code length each. `false` when the bytes end before all pixels are there.
 */
export function riceDecode(
	bytes: Uint8Array,
	out: Int32Array,
	pixels: number,
	pixelBytes: RicePixelBytes,
	blockPixels: number,
): boolean {
	const { lengthBits, longest, valueBits } = CODES[pixelBytes];
	const end = bytes.length;
	if (end < pixelBytes) return false;
	let last = 0;
	let at = 0;
	for (; at < pixelBytes; at++) last = (last << 8) | (bytes[at] ?? 0);
	// The lowest `held` bits of `bits` are not used yet; never more than 7 between codes.
	let bits = 0;
	let held = 0;
	for (let from = 0; from < pixels; ) {
		while (held < lengthBits) {
			if (at >= end) return false;
			bits = (bits << 8) | (bytes[at++] ?? 0);
			held += 8;
		}
		held -= lengthBits;
		const length = (bits >>> held) - 1;
		bits &= (1 << held) - 1;
		const to = Math.min(from + blockPixels, pixels);
		if (length < 0) {
			for (; from < to; from++) out[from] = last;
			continue;
		}
		for (; from < to; from++) {
			let folded = 0;
			if (length >= longest) {
				// No code but the differences themselves, two bytes at a time: with the seven bits left over they fit.
				for (let left = valueBits; left > 0; left -= 16) {
					const part = Math.min(left, 16);
					while (held < part) {
						if (at >= end) return false;
						bits = (bits << 8) | (bytes[at++] ?? 0);
						held += 8;
					}
					held -= part;
					folded = (folded << 16) | (bits >>> held);
					bits &= (1 << held) - 1;
				}
			} else {
				let zeros = 0;
				while (bits === 0) {
					zeros += held;
					if (at >= end) return false;
					bits = bytes[at++] ?? 0;
					held = 8;
				}
				const lead = held - 32 + Math.clz32(bits);
				zeros += lead;
				held -= lead + 1;
				bits &= (1 << held) - 1;
				// At most 24 bits and the seven left over.
				while (held < length) {
					if (at >= end) return false;
					bits = (bits << 8) | (bytes[at++] ?? 0);
					held += 8;
				}
				held -= length;
				folded = (zeros << length) | (bits >>> held);
				bits &= (1 << held) - 1;
			}
			last = (last + (folded & 1 ? ~(folded >>> 1) : folded >>> 1)) | 0;
			out[from] = last;
		}
	}
	if (pixelBytes === 2) for (let i = 0; i < pixels; i++) out[i] = ((out[i] ?? 0) << 16) >> 16;
	else if (pixelBytes === 1) for (let i = 0; i < pixels; i++) out[i] = (out[i] ?? 0) & 0xff;
	return true;
}
