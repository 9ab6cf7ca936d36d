/**
 * What is said of the colour of a canopy by the mean digital numbers R, G, B of a region:
 * rcc = R / (R + G + B), gcc = G / (R + G + B), bcc = B / (R + G + B), ExG = 2 G − (R + B).
 *
 * The ratio is that of the means, as the PhenoCam network has it: Richardson et al. 2007, "Use of digital webcam images to track spring
 * green-up in a deciduous broadleaf forest", Oecologia 152:323; Sonnentag et al. 2012, Agricultural and Forest Meteorology 152:159.
 * The mean of the pixels' own ratios, which weighs dark pixels as much as bright ones, is `perPixel`.
 */
export interface ChromaticCoordinates {
	/** Shares of 1; `NaN` where the region has no pixel or is black. */
	readonly rcc: number;
	readonly gcc: number;
	readonly bcc: number;
	/** In digital numbers: −2 to 2 times the largest sample. */
	readonly exg: number;
	/** R + G + B, in digital numbers. */
	readonly brightness: number;
}

/** Means over the pixels of a region of what each pixel has by itself. Black pixels have no ratio and are counted apart. */
export interface PixelCoordinates {
	readonly rcc: Spread;
	readonly gcc: Spread;
	readonly bcc: Spread;
	readonly exg: Spread;
	/** Pixels with R + G + B = 0; they count for `exg` only. */
	readonly blackPixels: number;
}

export interface Spread {
	readonly mean: number;
	/** Of the pixels themselves, not of a sample: divided by their number. */
	readonly std: number;
}

/**
 * Coordinates of one colour, or of mean digital numbers.
 *
 * @example
 * chromaticCoordinates(90, 120, 60).gcc; // 0.444…
 */
export function chromaticCoordinates(red: number, green: number, blue: number): ChromaticCoordinates {
	const brightness = red + green + blue;
	const share = (value: number) => (brightness === 0 ? Number.NaN : value / brightness);
	return { rcc: share(red), gcc: share(green), bcc: share(blue), exg: 2 * green - (red + blue), brightness };
}

/** Sums over pixels for `PixelCoordinates`. @internal */
export class PixelCoordinateSums {
	#colored = 0;
	#pixels = 0;
	/** Of r, r², g, g², b, b², ExG, ExG². */
	readonly #sums = new Float64Array(8);

	/** Samples `from` to before `to`, three per pixel. */
	add(data: ArrayLike<number>, from: number, to: number): void {
		let [r1, r2, g1, g2, b1, b2, e1, e2] = [0, 0, 0, 0, 0, 0, 0, 0];
		let colored = 0;
		let pixels = 0;
		for (let i = from; i < to; i += 3) {
			const red = data[i] as number;
			const green = data[i + 1] as number;
			const blue = data[i + 2] as number;
			const sum = red + green + blue;
			// Floats may hold what is no number.
			if (sum - sum !== 0) continue;
			const excess = 3 * green - sum;
			pixels++;
			e1 += excess;
			e2 += excess * excess;
			if (sum === 0) continue;
			const r = red / sum;
			const g = green / sum;
			const b = blue / sum;
			colored++;
			r1 += r;
			r2 += r * r;
			g1 += g;
			g2 += g * g;
			b1 += b;
			b2 += b * b;
		}
		this.#colored += colored;
		this.#pixels += pixels;
		const parts = [r1, r2, g1, g2, b1, b2, e1, e2];
		for (let i = 0; i < parts.length; i++) this.#sums[i] = (this.#sums[i] ?? 0) + (parts[i] ?? 0);
	}

	result(): PixelCoordinates {
		const [r1 = 0, r2 = 0, g1 = 0, g2 = 0, b1 = 0, b2 = 0, e1 = 0, e2 = 0] = this.#sums;
		const spread = (sum: number, squares: number, count: number): Spread => {
			const mean = count === 0 ? Number.NaN : sum / count;
			return { mean, std: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
		};
		return {
			rcc: spread(r1, r2, this.#colored),
			gcc: spread(g1, g2, this.#colored),
			bcc: spread(b1, b2, this.#colored),
			exg: spread(e1, e2, this.#pixels),
			blackPixels: this.#pixels - this.#colored,
		};
	}
}
