import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OutputQueue } from '../../../../src/extension/terminal/outputQueue.ts';

function drain(queue: OutputQueue): string {
	let text = '';
	while (!queue.isEmpty) {
		const taken = queue.take();
		assert.notEqual(taken, '');
		text += taken;
	}
	return text;
}

describe('OutputQueue', () => {
	it('hands on everything in order while it fits', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 1, max: 10 }), (parts, maxPerTurn) => {
				const queue = new OutputQueue({ maxQueued: 1_000_000, maxPerTurn: maxPerTurn + 1 });
				for (const part of parts) queue.push(part);
				assert.equal(drain(queue), parts.join(''));
			}),
		);
	});

	it('never cuts a character in two', () => {
		const queue = new OutputQueue({ maxQueued: 100, maxPerTurn: 3 });
		queue.push('a😀😀b');
		while (!queue.isEmpty) assert.ok(queue.take().isWellFormed());
	});

	it('keeps the newest of a flood and says what is missing, starting at a line', () => {
		const queue = new OutputQueue({ maxQueued: 1_000, maxPerTurn: 10_000 });
		for (let i = 0; i < 100_000; i++) queue.push(`line ${i}\n`);
		const text = drain(queue);
		const [reset, note, first] = text.split('\n');
		assert.equal(reset, '\u001b[0m');
		assert.match(note ?? '', /^… [\d.]+ MB of output skipped: too fast to be shown …$/);
		assert.match(first ?? '', /^line \d+$/);
		assert.ok(text.endsWith('line 99999\n'));
		assert.ok(text.length < 1_200);
	});

	it('counts each skipped character once', () => {
		const queue = new OutputQueue({ maxQueued: 4_096, maxPerTurn: 10_000 });
		for (let i = 0; i < 3; i++) queue.push('x'.repeat(1024));
		queue.push('y'.repeat(2048));
		assert.match(queue.take(), /… 3\.00 KB of output skipped/);
	});

	it('stays bounded in a flood without line ends', () => {
		const queue = new OutputQueue({ maxQueued: 1_000_000, maxPerTurn: 64_000 });
		for (let i = 0; i < 1_600; i++) queue.push('z'.repeat(65_536));
		const text = drain(queue);
		assert.ok(text.length <= 1_000_100);
		assert.match(text, /… (99|100)[\d.]* MB of output skipped/);
	});
});
