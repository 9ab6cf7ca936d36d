import assert from 'node:assert/strict';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { EndNotice } from '../../../src/extension/endNotice.ts';
import type { SessionStore, ShownSession } from '../../../src/extension/sessions/sessionStore.ts';
import type { EndReason } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';
import { waitFor } from '../../support/waitFor.ts';

function setUp(enabled = true) {
	const ended = new Emitter<ShownSession>();
	const asked: { sentence: string; answer: (button: string | undefined) => void }[] = [];
	const opened: string[] = [];
	const notice = new EndNotice({
		// It looks at nothing but this event.
		store: { onDidEnd: ended.event } as unknown as SessionStore,
		isEnabled: () => enabled,
		ask: sentence => new Promise(answer => asked.push({ sentence, answer })),
		openPanel: ({ id }) => void opened.push(id),
		onError: error => assert.fail(String(error)),
	});
	const end = (id: string, reason: EndReason) => {
		const model = new SessionModel(sampleHeader);
		model.apply({ type: 'sample', t: 5, rssBytes: 300 * 1024 * 1024 });
		model.apply({ type: 'state', t: 9, state: 'ended', reason });
		ended.fire({ id, model });
	};
	return { notice, end, asked, opened };
}

describe('EndNotice', () => {
	it('says what was in memory when a run was killed, and opens the panel', async () => {
		const { end, asked, opened } = setUp();
		end('a', { kind: 'memoryKill', by: 'container', limitBytes: 320 * 1024 * 1024 });
		assert.deepEqual(
			asked.map(({ sentence }) => sentence),
			['aggregate.mjs: killed because its container ran out of memory: limit 320 MB. 300 MB of 320 MB in memory'],
		);
		end('b', { kind: 'outOfMemory' });
		assert.equal(asked.length, 1, 'one at a time');
		asked[0]?.answer('Open panel');
		await waitFor(() => opened.length === 1);
		assert.deepEqual(opened, ['a']);
		end('c', { kind: 'signal', signal: 'SIGKILL' });
		assert.equal(asked.length, 2);
	});

	it('is silent about ends that were meant, and when it is switched off', () => {
		const { end, asked } = setUp();
		for (const reason of [
			{ kind: 'exit', code: 1 },
			{ kind: 'stopped' },
			{ kind: 'detached' },
			{ kind: 'signal', signal: 'SIGINT' },
		] as const)
			end('a', reason);
		assert.equal(asked.length, 0);
		const off = setUp(false);
		off.end('a', { kind: 'outOfMemory' });
		assert.equal(off.asked.length, 0);
	});

	it('speaks no more after it was disposed of', () => {
		const { notice, end, asked } = setUp();
		notice.dispose();
		end('a', { kind: 'outOfMemory' });
		assert.equal(asked.length, 0);
	});
});
