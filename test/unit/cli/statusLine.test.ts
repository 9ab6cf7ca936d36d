import assert from 'node:assert/strict';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { StatusLine, statusText, type TerminalStream } from '../../../src/cli/statusLine.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

class FakeTerminal implements TerminalStream {
	rows = 24;
	columns = 60;
	written = '';
	listeners: (() => void)[] = [];

	write(text: string): void {
		this.written += text;
	}
	on(_event: 'resize', listener: () => void): void {
		this.listeners.push(listener);
	}
	removeListener(_event: 'resize', listener: () => void): void {
		this.listeners = this.listeners.filter(known => known !== listener);
	}
	taken(): string {
		const text = this.written;
		this.written = '';
		return text;
	}
}

const ESC = '\u001b';

describe('StatusLine', () => {
	it('takes the bottom row out of the scrolling region and gives it back', () => {
		const terminal = new FakeTerminal();
		const line = new StatusLine(terminal);
		assert.ok(terminal.taken().includes(`${ESC}[1;23r`));
		line.dispose();
		assert.ok(terminal.taken().includes(`${ESC}[r${ESC}[24;1H${ESC}[2K`));
		assert.equal(terminal.listeners.length, 0);
	});

	it('puts the cursor back after each drawing', () => {
		const terminal = new FakeTerminal();
		const line = new StatusLine(terminal);
		terminal.taken();
		line.show('RSS 140 MB');
		const drawn = terminal.taken();
		assert.ok(drawn.startsWith(`${ESC}7${ESC}[24;1H`) && drawn.endsWith(`${ESC}8`), JSON.stringify(drawn));
		assert.ok(drawn.includes('RSS 140 MB'));
	});

	it('never breaks the row, and lets no control character through', () => {
		const terminal = new FakeTerminal();
		const line = new StatusLine(terminal);
		terminal.taken();
		line.show(`${ESC}[2J\n${'x'.repeat(200)}`);
		const [text = ''] = terminal.taken().split(`${ESC}[2m`)[1]?.split(`${ESC}[0m`) ?? [];
		assert.equal([...text].length, 59);
		assert.ok(!text.includes(ESC) && !text.includes('\n'));
	});

	it('moves with the size of the terminal', () => {
		const terminal = new FakeTerminal();
		const line = new StatusLine(terminal);
		line.show('here');
		terminal.taken();
		terminal.rows = 40;
		for (const listener of terminal.listeners) listener();
		assert.ok(terminal.written.includes(`${ESC}[1;39r`) && terminal.written.includes(`${ESC}[40;1H`));
	});

	it('leaves a terminal of few rows alone', () => {
		const terminal = new FakeTerminal();
		terminal.rows = 4;
		const line = new StatusLine(terminal);
		line.show('here');
		line.dispose();
		assert.equal(terminal.written, '');
	});
});

describe('statusText', () => {
	it('says what is known, and that nothing is known yet', () => {
		const model = new SessionModel(sampleHeader);
		assert.match(statusText(model), /^aggregate\.mjs .* starting$/);
		model.apply({ type: 'sample', t: 5, rssBytes: 50e6 });
		assert.doesNotMatch(statusText(model), /GC/, 'no collection was seen');
		for (const entry of sampleEntries(15_000, undefined)) model.apply(entry);
		assert.match(statusText(model), /RSS \d+ MB \(peak \d+ MB\) {2}heap \d+ MB .* GC [\d.]+ % {2}memory elevated$/);
	});
});
