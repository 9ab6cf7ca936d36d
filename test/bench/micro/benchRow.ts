/** One line of the runtime's table in `npm run bench`. A measurement is a ratio, or a time per call, taken within one run. */
export interface BenchRow {
	/** What was measured, against what. */
	name: string;
	/** Median and range as text: `0.97× (0.93–1.02)`, `42 ns (38–51)`. */
	measured: string;
	/** What is asked for: `≥ 0.9×`. */
	target: string;
	met: boolean;
}
