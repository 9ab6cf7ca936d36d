import assert from 'node:assert/strict';
import type { ProfileSession } from '../../../../src/engine/sessionTypes.ts';
import type { RunRequest } from '../../../../src/extension/sessions/runRequest.ts';
import { isRunning, SessionStore, shownRecording } from '../../../../src/extension/sessions/sessionStore.ts';
import type { EndReason, SessionState } from '../../../../src/protocol/entries.ts';

const request: RunRequest = { kind: 'attach', address: 'x', title: 'x', cwd: '/' };

const createStore = () => new SessionStore(error => assert.fail(String(error)));

function createSession(recordingPath: string) {
	const { promise: ended, resolve } = Promise.withResolvers<EndReason>();
	const session = { state: 'running' as SessionState, ended, recordingPath, model: {} };
	const end = () => {
		session.state = 'ended';
		resolve({ kind: 'exit', code: 0 });
		return ended;
	};
	// The store looks at nothing else of a session.
	return { session: session as unknown as ProfileSession, end };
}

describe('SessionStore', () => {
	it('shows the newest run and acts on it while it runs', async () => {
		const store = createStore();
		const first = createSession('/1');
		const second = createSession('/2');
		const one = store.add(first.session, request);
		const two = store.add(second.session, request);
		assert.equal(store.shown, two);
		assert.equal(store.active, two);
		await second.end();
		assert.equal(store.shown, two);
		assert.equal(isRunning(store.shown), false);
		assert.equal(store.active, one);
		await first.end();
		assert.equal(store.active, undefined);
		assert.deepEqual(store.running, []);
	});

	it('says what happens, once each', async () => {
		const store = createStore();
		const log: string[] = [];
		store.onDidStart(({ id }) => log.push(`start ${id}`));
		store.onDidEnd(({ id }) => log.push(`end ${id}`));
		store.onDidChange(() => log.push('change'));
		const { session, end } = createSession('/1');
		store.add(session, request);
		await end();
		assert.deepEqual(log, ['start /1', 'change', 'end /1', 'change']);
	});

	it('knows where the shown recording lies after it was renamed', async () => {
		const store = createStore();
		const { session, end } = createSession('/1.memrec');
		const { id } = store.add(session, request);
		await end();
		store.moved('/other.memrec', '/x.memrec');
		assert.equal(store.shown?.recordingPath, '/1.memrec');
		store.moved('/1.memrec', '/kept.memrec');
		assert.equal(store.shown?.recordingPath, '/kept.memrec');
		assert.equal(store.shown?.id, id);
	});

	it('shows an opened recording beside a run that goes on', () => {
		const store = createStore();
		const { session } = createSession('/1');
		const running = store.add(session, request);
		const recording = shownRecording(session.model, '/old.memrec');
		store.show(recording);
		assert.equal(store.shown, recording);
		assert.equal(store.active, running);
	});
});
