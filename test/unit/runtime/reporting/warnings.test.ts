import assert from 'node:assert/strict';
import { onWarning, warn } from '../../../../src/runtime/reporting/warnings.ts';
import { recordingHub } from '../hub.ts';

describe('warn', () => {
	it('survives listeners that throw, reject or are none', async () => {
		const rejected: unknown[] = [];
		const keep = (reason: unknown) => rejected.push(reason);
		const others = process.listeners('unhandledRejection');
		process.removeAllListeners('unhandledRejection').on('unhandledRejection', keep);
		const seen: string[] = [];
		const ends = [
			onWarning(() => {
				throw new Error('mine');
			}),
			onWarning(async () => {
				throw new Error('mine, later');
			}),
			onWarning(({ message }) => seen.push(message)),
		];
		try {
			assert.throws(() => onWarning(undefined as never), { code: 'invalidOption' });
			warn('survives');
			await new Promise(setImmediate);
			assert.deepEqual(seen, ['survives']);
			assert.deepEqual(rejected, []);
		} finally {
			for (const end of ends) end();
			process.removeListener('unhandledRejection', keep);
			for (const other of others) process.on('unhandledRejection', other);
		}
	});

	it('tells listeners every time, a recording what fails always only now and then', () => {
		const hub = recordingHub();
		const seen: string[] = [];
		const end = onWarning(({ message }) => seen.push(message));
		for (let i = 0; i < 1_000; i++) warn('It fails with every item.');
		warn('Something else.');
		end();
		const notices = hub.drain().entries.flatMap(entry => (entry.type === 'notice' ? entry.message : []));
		hub.leave();
		assert.deepEqual(notices, ['It fails with every item.', 'Something else.']);
		assert.equal(seen.length, 1_001);
	});
});
