import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { SessionFeed } from '../../../../src/extension/sessions/sessionFeed.ts';
import type { ShownSession } from '../../../../src/extension/sessions/sessionStore.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { waitFor } from '../../../support/waitFor.ts';

const notice = (t: number): Entry => ({ type: 'notice', t, severity: 'info', message: 'x' });

function createSession() {
	const emitter = new Emitter<Entry[]>();
	// The feed looks at nothing but the event.
	const shown = { session: { onDidAddEntries: emitter.event } } as unknown as ShownSession;
	return { emitter, shown };
}

describe('SessionFeed', () => {
	it('sends entries together and in order', async () => {
		const { emitter, shown } = createSession();
		const batches: Entry[][] = [];
		const feed = new SessionFeed(entries => batches.push(entries), 20);
		feed.follow(shown);
		for (let t = 0; t < 50; t++) emitter.fire([notice(t)]);
		await waitFor(() => batches.length > 0);
		assert.equal(batches.length, 1);
		assert.deepEqual(
			batches[0]?.map(({ t }) => t),
			Array.from({ length: 50 }, (_, t) => t),
		);
		feed.dispose();
	});

	it('keeps nothing while nobody looks', async () => {
		const { emitter, shown } = createSession();
		const batches: Entry[][] = [];
		const feed = new SessionFeed(entries => batches.push(entries), 5);
		feed.follow(shown);
		emitter.fire([notice(1)]);
		feed.pause();
		assert.equal(emitter.hasListeners, false);
		emitter.fire([notice(2)]);
		feed.follow(shown);
		emitter.fire([notice(3)]);
		await waitFor(() => batches.length > 0);
		assert.deepEqual(
			batches.flat().map(({ t }) => t),
			[3],
		);
		feed.dispose();
	});
});
