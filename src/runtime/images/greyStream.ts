/** @internal */
export interface GreyShape {
	readonly width: number;
	readonly height: number;
	readonly bits: 8 | 16;
}

/** A grey image on its way to a file. @internal */
export interface GreyStream {
	/** Whole rows, the next from the top on. The samples may be changed once it settles. */
	rows(samples: Uint8Array | Uint16Array): Promise<void>;
	/** After the last row. */
	end(): Promise<void>;
	/** Gives up. */
	discard(): void;
}
