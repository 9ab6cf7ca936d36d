import { formatBytes } from '../../protocol/units.ts';

export interface OutputQueueOptions {
	/** Most text that waits, in UTF-16 units. What does not fit pushes out the oldest. */
	maxQueued: number;
	/** Most text handed on in one turn. */
	maxPerTurn: number;
}

/**
 * Output on its way to a terminal that may be slower than the script. Nothing holds the script up and memory is bounded: when
 * a flood does not fit, the oldest text that waits goes, and a visible line says how much.
 */
export class OutputQueue {
	readonly #options: OutputQueueOptions;
	#chunks: string[] = [];
	#queued = 0;
	#skipped = 0;

	constructor(options: OutputQueueOptions) {
		this.#options = options;
	}

	get isEmpty(): boolean {
		return this.#queued === 0 && this.#skipped === 0;
	}

	push(text: string): void {
		if (text === '') return;
		this.#chunks.push(text);
		this.#queued += text.length;
		if (this.#queued <= this.#options.maxQueued) return;
		// Down to half: a flood in small pieces would else move the whole queue for each piece.
		let first = 0;
		while (this.#queued > this.#options.maxQueued / 2 && first < this.#chunks.length) {
			const { length } = this.#chunks[first++] ?? '';
			this.#queued -= length;
			this.#skipped += length;
		}
		this.#chunks.splice(0, first);
		this.#toLineStart();
	}

	/** The next text to show; empty when there is none. */
	take(): string {
		const parts: string[] = [];
		if (this.#skipped > 0) {
			// Colours that the skipped text switched on or off are unknown here.
			parts.push(`\u001b[0m\n… ${formatBytes(this.#skipped)} of output skipped: too fast to be shown …\n`);
			this.#skipped = 0;
		}
		let room = this.#options.maxPerTurn;
		while (room > 0) {
			const chunk = this.#chunks.shift();
			if (chunk === undefined) break;
			if (chunk.length > room) {
				const cut = isHighSurrogate(chunk.charCodeAt(room - 1)) ? room - 1 : room;
				if (cut === 0) {
					this.#chunks.unshift(chunk);
					break;
				}
				parts.push(chunk.slice(0, cut));
				this.#chunks.unshift(chunk.slice(cut));
				this.#queued -= cut;
				break;
			}
			parts.push(chunk);
			this.#queued -= chunk.length;
			room -= chunk.length;
		}
		return parts.join('');
	}

	/** After a cut the text goes on at the start of a line, where one begins soon: half an escape sequence shows as rubbish. */
	#toLineStart(): void {
		const first = this.#chunks[0];
		const at = first === undefined ? -1 : first.indexOf('\n');
		if (first === undefined || at < 0) return;
		this.#chunks[0] = first.slice(at + 1);
		this.#queued -= at + 1;
		this.#skipped += at + 1;
	}
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
