import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineShifts, SourceEdits, type TextChange } from '../../../../src/extension/annotations/lineShifts.ts';

const change = (start: [number, number], end: [number, number], text: string): TextChange => ({
	range: { start: { line: start[0], character: start[1] }, end: { line: end[0], character: end[1] } },
	text,
});

/** What an editor does with a change. */
function edited(lines: readonly string[], { range: { start, end }, text }: TextChange): string[] {
	const head = `${lines.slice(0, start.line).join('\n')}${start.line > 0 ? '\n' : ''}${(lines[start.line] ?? '').slice(0, start.character)}`;
	const tail = [(lines[end.line] ?? '').slice(end.character), ...lines.slice(end.line + 1)].join('\n');
	return `${head}${text}${tail}`.split('\n');
}

describe('LineShifts', () => {
	it('moves lines below an inserted one down, and those above not', () => {
		const shifts = new LineShifts();
		shifts.apply(change([4, 0], [4, 0], 'new\n'));
		assert.deepEqual([shifts.lineNow(4), shifts.lineNow(5), shifts.lineNow(9)], [4, 6, 10]);
	});

	it('keeps a line that is edited in itself, or that a new one is typed below', () => {
		const shifts = new LineShifts();
		shifts.apply(change([4, 2], [4, 6], 'other'));
		shifts.apply(change([4, 8], [4, 8], '\n'));
		assert.deepEqual([shifts.lineNow(5), shifts.lineNow(6)], [5, 7]);
	});

	it('loses a line that is deleted, and moves those below up', () => {
		const shifts = new LineShifts();
		shifts.apply(change([2, 0], [4, 0], ''));
		assert.deepEqual(
			[2, 3, 4, 5].map(line => shifts.lineNow(line)),
			[2, undefined, undefined, 3],
		);
	});

	it('finds each line that is left where the editor has it', () => {
		const place = (size: number) => fc.tuple(fc.nat(size - 1), fc.nat(6));
		const changes = fc.array(fc.tuple(place(12), place(12), fc.constantFrom('', 'x', '\n', 'a\nb\n', '\n\n')), {
			maxLength: 6,
		});
		fc.assert(
			fc.property(changes, list => {
				let lines = Array.from({ length: 12 }, (_, i) => `line ${String(i + 1).padStart(2, '0')} end`);
				const shifts = new LineShifts();
				for (const [a, b, text] of list) {
					const clamp = ([line, character]: [number, number]): [number, number] => {
						const at = Math.min(line, lines.length - 1);
						return [at, Math.min(character, lines[at]?.length ?? 0)];
					};
					const [start, end] = [clamp(a), clamp(b)].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
					const one = change(start ?? [0, 0], end ?? [0, 0], text);
					lines = edited(lines, one);
					shifts.apply(one);
				}
				for (let line = 1; line <= 12; line++) {
					const whole = lines.indexOf(`line ${String(line).padStart(2, '0')} end`);
					const now = shifts.lineNow(line);
					assert.ok(now === undefined || now <= lines.length, `line ${line} at ${now} of ${lines.length}`);
					// An untouched line is where it says; of one that was cut nobody can.
					if (whole >= 0 && now !== undefined) assert.equal(now, whole + 1);
				}
			}),
		);
	});
});

describe('SourceEdits', () => {
	it('counts the edits since each run began', () => {
		const edits = new SourceEdits();
		edits.begin('first');
		edits.changed('/a.mjs', [change([0, 0], [0, 0], '\n')]);
		edits.begin('second');
		edits.changed('/a.mjs', [change([0, 0], [0, 0], '\n')]);
		assert.deepEqual(
			['first', 'second', 'never'].map(run => edits.lineNow(run, '/a.mjs', 1)),
			[3, 2, 1],
		);
		assert.equal(edits.lineNow('first', '/b.mjs', 7), 7);
	});
});
