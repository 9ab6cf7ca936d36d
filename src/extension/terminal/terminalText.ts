/** A terminal needs a carriage return before each line feed; one that is there already stays, also across chunks. */
export class LineEnds {
	#endedWithReturn = false;

	convert(text: string): string {
		if (text === '') return '';
		const converted = text.replace(/\r?\n/g, '\r\n');
		const result = this.#endedWithReturn && text.startsWith('\n') ? converted.slice(1) : converted;
		this.#endedWithReturn = text.endsWith('\r');
		return result;
	}
}

/** Characters that take two cells of a terminal: what has to be taken back when one is erased. */
const WIDE =
	/^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Extended_Pictographic}/u;

export const cellsOf = (character: string): number => (WIDE.test(character) ? 2 : 1);
