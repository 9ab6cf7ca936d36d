import { cellsOf } from './terminalText.ts';

export interface LineEditorTarget {
	/** Shows what was typed. */
	echo(text: string): void;
	/** Gives text to the script. */
	send(text: string): void;
	/** Ctrl-C. */
	interrupt(): void;
	/** Ctrl-D on an empty line. */
	endInput(): void;
}

/** Longer lines are sent in pieces: a paste without an end must not grow here for ever. */
const MAX_LINE = 64 * 1024;
/** Cursor keys, function keys and the like: there is nothing to move in. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character.
const ESCAPE_SEQUENCE = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[ -~])?/;

/** What a terminal driver does with what is typed: shows it, lets it be corrected, and hands it on by lines. */
export class LineEditor {
	readonly #target: LineEditorTarget;
	#line: string[] = [];
	#length = 0;
	#afterReturn = false;

	constructor(target: LineEditorTarget) {
		this.#target = target;
	}

	input(data: string): void {
		let at = 0;
		while (at < data.length) {
			if (data.charCodeAt(at) === 0x1b) {
				at += ESCAPE_SEQUENCE.exec(data.slice(at, at + 32))?.[0].length ?? 1;
				continue;
			}
			const character = String.fromCodePoint(data.codePointAt(at) ?? 0);
			at += character.length;
			this.#character(character);
		}
	}

	#character(character: string): void {
		const isSecondHalf = this.#afterReturn && character === '\n';
		this.#afterReturn = character === '\r';
		switch (character) {
			case '\n':
				if (!isSecondHalf) this.#enter();
				return;
			case '\r':
				this.#enter();
				return;
			case '\u007f':
			case '\b':
				this.#erase(1);
				return;
			case '\u0003':
				this.#target.echo('^C\n');
				this.#clear();
				this.#target.interrupt();
				return;
			case '\u0004':
				if (this.#line.length === 0) this.#target.endInput();
				else this.#flush('');
				return;
			case '\u0015':
				this.#erase(this.#line.length);
				return;
			case '\u0017':
				this.#erase(this.#lastWord());
				return;
		}
		if (character < ' ' && character !== '\t') return;
		this.#line.push(character);
		this.#length += character.length;
		this.#target.echo(character);
		if (this.#length >= MAX_LINE) this.#flush('');
	}

	#enter(): void {
		this.#target.echo('\n');
		this.#flush('\n');
	}

	#flush(end: string): void {
		const text = this.#line.join('') + end;
		this.#clear();
		this.#target.send(text);
	}

	#clear(): void {
		this.#line = [];
		this.#length = 0;
	}

	#erase(count: number): void {
		const cells = this.#line.splice(this.#line.length - count, count).reduce((sum, c) => sum + cellsOf(c), 0);
		this.#length = this.#line.reduce((sum, c) => sum + c.length, 0);
		this.#target.echo('\b \b'.repeat(cells));
	}

	/** How many characters back to the start of the last word. */
	#lastWord(): number {
		let at = this.#line.length;
		while (at > 0 && this.#line[at - 1] === ' ') at--;
		while (at > 0 && this.#line[at - 1] !== ' ') at--;
		return this.#line.length - at;
	}
}
