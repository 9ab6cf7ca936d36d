interface Terminal {
	readonly columns: number;
	write(text: string): unknown;
}

const CLEAR_TO_END = '\u001b[J';

/** Lines on a terminal that replace those shown before. */
export class LiveTable {
	readonly #out: Terminal;
	#shown = 0;

	constructor(out: Terminal) {
		this.#out = out;
	}

	show(lines: readonly string[]): void {
		// A line that wraps would be more than one to go back over.
		const width = Math.max(20, this.#out.columns || 80) - 1;
		const cut = lines.map(line => [...line].slice(0, width).join(''));
		const back = this.#shown > 0 ? `\u001b[${this.#shown}A\r` : '';
		this.#out.write(`${back}${CLEAR_TO_END}${cut.join('\n')}\n`);
		this.#shown = cut.length;
	}
}
