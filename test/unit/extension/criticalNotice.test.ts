import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import { CriticalNotice } from '../../../src/extension/criticalNotice.ts';
import type { SessionStore, ShownSession } from '../../../src/extension/sessions/sessionStore.ts';
import type { Entry, MemoryLevel } from '../../../src/protocol/entries.ts';
import { waitFor } from '../../support/waitFor.ts';

function setUp(enabled = true) {
	const started = new Emitter<ShownSession>();
	const asked: { sentence: string; answer: (button: string | undefined) => void }[] = [];
	const pressed: string[] = [];
	const notice = new CriticalNotice({
		// It looks at nothing but this event.
		store: { onDidStart: started.event } as unknown as SessionStore,
		isEnabled: () => enabled,
		ask: sentence => new Promise(answer => asked.push({ sentence, answer })),
		actions: { Stop: async () => void pressed.push('Stop') },
		onError: error => assert.fail(String(error)),
	});
	const start = (title: string) => {
		const entries = new Emitter<Entry[]>();
		const shown = { session: { onDidAddEntries: entries.event }, model: { header: { title } } };
		started.fire(shown as unknown as ShownSession);
		return (level: MemoryLevel) =>
			entries.fire([{ type: 'system', t: 0, availableBytes: 1, totalBytes: 2, level, levelReason: 'Because.' }]);
	};
	return { notice, start, asked, pressed };
}

describe('CriticalNotice', () => {
	it('speaks once for each time the level is reached', async () => {
		const { start, asked } = setUp();
		const set = start('a.mjs');
		for (const level of ['normal', 'critical', 'critical'] as const) set(level);
		assert.deepEqual(
			asked.map(({ sentence }) => sentence),
			['a.mjs is at the critical memory level. Because.'],
		);
		asked[0]?.answer(undefined);
		await waitFor(() => {
			set('high');
			set('critical');
			return asked.length === 2;
		});
	});

	it('never has two messages at a time', async () => {
		const { start, asked } = setUp();
		const [first, second] = [start('a.mjs'), start('b.mjs')];
		first('critical');
		second('critical');
		first('normal');
		first('critical');
		assert.equal(asked.length, 1);
	});

	it('does what the button says', async () => {
		const { start, asked, pressed } = setUp();
		start('a.mjs')('critical');
		asked[0]?.answer('Stop');
		await waitFor(() => pressed.length === 1);
	});

	it('keeps quiet when it is switched off', () => {
		const { start, asked } = setUp(false);
		start('a.mjs')('critical');
		assert.deepEqual(asked, []);
	});
});
