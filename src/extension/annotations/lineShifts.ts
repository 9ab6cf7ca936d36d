/** Zero-based, as an editor tells it: what stood between the two places is replaced by `text`. */
export interface TextChange {
	range: { start: { line: number; character: number }; end: { line: number; character: number } };
	text: string;
}

interface Shift {
	start: number;
	end: number;
	/** Whether what stands on the first and on the last line is still there. */
	keepsStart: boolean;
	keepsEnd: boolean;
	addedLines: number;
}

/** More edits than this since a run began, and nobody can say any more which line is which. */
const MAX_SHIFTS = 20_000;

/** Where a line of an earlier text stands now, by the edits since. Lines are 1-based here. */
export class LineShifts {
	readonly #shifts: Shift[] = [];
	#isLost = false;

	apply({ range: { start, end }, text }: TextChange): void {
		const addedLines = text.split('\n').length - 1;
		if (addedLines === 0 && start.line === end.line) return;
		if (this.#shifts.length >= MAX_SHIFTS) this.#isLost = true;
		else
			this.#shifts.push({
				start: start.line,
				end: end.line,
				// A line that begins where the change begins is replaced by it, or pushed down when nothing of it is.
				keepsStart: start.character > 0,
				keepsEnd: end.character === 0,
				addedLines,
			});
	}

	/** `undefined` when the line is gone. */
	lineNow(line: number): number | undefined {
		if (this.#isLost) return undefined;
		let at = line - 1;
		for (const { start, end, keepsStart, keepsEnd, addedLines } of this.#shifts) {
			if (at < start || (at === start && keepsStart)) continue;
			if (at < end || (at === end && !keepsEnd)) return undefined;
			at += addedLines - (end - start);
		}
		return at + 1;
	}
}

/** Newest runs that edits are followed for. */
const MAX_RUNS = 8;

/** The edits of all documents since each run began. */
export class SourceEdits {
	readonly #runs = new Map<string, Map<string, LineShifts>>();

	begin(run: string): void {
		if (this.#runs.has(run)) return;
		this.#runs.set(run, new Map());
		for (const oldest of this.#runs.keys()) {
			if (this.#runs.size <= MAX_RUNS) break;
			this.#runs.delete(oldest);
		}
	}

	/** Changes in the order in which they apply one after the other. */
	changed(document: string, changes: readonly TextChange[]): void {
		for (const documents of this.#runs.values()) {
			let shifts = documents.get(document);
			if (!shifts) {
				shifts = new LineShifts();
				documents.set(document, shifts);
			}
			for (const change of changes) shifts.apply(change);
		}
	}

	lineNow(run: string, document: string, line: number): number | undefined {
		const shifts = this.#runs.get(run)?.get(document);
		return shifts ? shifts.lineNow(line) : line;
	}
}
