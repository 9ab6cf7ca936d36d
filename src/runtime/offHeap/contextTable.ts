/** Chains of regions kept apart: an allocation in a further one is told without regions. */
const MAX_CONTEXTS = 4_096;
const OUTSIDE = 0;

/** Chains of open regions; each is told once and referred to by its number from then on. */
export class ContextTable {
	readonly #ids = new Map<string, number>();
	#untold: [context: number, regions: number[]][] = [];

	reset(): void {
		this.#ids.clear();
		this.#untold = [];
	}

	/** `regions`: ids, outermost first. */
	idOf(regions: readonly number[]): number {
		if (regions.length === 0) return OUTSIDE;
		let key = '';
		for (let i = 0; i < regions.length; i++) key += `${regions[i]},`;
		const known = this.#ids.get(key);
		if (known !== undefined) return known;
		if (this.#ids.size >= MAX_CONTEXTS) return OUTSIDE;
		const id = this.#ids.size + 1;
		this.#ids.set(key, id);
		this.#untold.push([id, [...regions]]);
		return id;
	}

	takeUntold(): [context: number, regions: number[]][] {
		const untold = this.#untold;
		this.#untold = [];
		return untold;
	}
}
