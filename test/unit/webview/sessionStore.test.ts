import assert from 'node:assert/strict';
import { signal } from '@preact/signals';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { PanelSession } from '../../../src/protocol/panel.ts';
import { SessionStore } from '../../../webview/sessionStore.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const session = (): PanelSession => ({
	...{ id: 'a', live: true, controllable: true, restartable: false },
	snapshot: new SessionModel(sampleHeader).snapshot(),
});

describe('the session of a webview', () => {
	const frames = globalThis as { requestAnimationFrame?: (draw: () => void) => void };
	let drawn: () => void = () => {};
	const drawing = () =>
		new Promise<void>(resolve => {
			drawn = resolve;
		});

	before(() => {
		frames.requestAnimationFrame = draw => {
			draw();
			drawn();
		};
	});
	after(() => {
		delete frames.requestAnimationFrame;
	});

	it('shows the chosen process on the time axis of all', async () => {
		const process = signal(1);
		const store = new SessionStore(process);
		store.show(session());
		store.apply([
			{ type: 'sample', t: 10, rssBytes: 100 },
			{ type: 'sample', t: 20, process: 2, rssBytes: 7 },
		]);
		await drawing();
		assert.equal(store.model?.latest?.rssBytes, 100);
		process.value = 2;
		assert.equal(store.model?.latest?.rssBytes, 7);
		assert.equal(store.root?.latest?.rssBytes, 100);
		assert.equal(store.liveModel?.latest?.rssBytes, 100);
		assert.equal(store.now, 20);
		process.value = 9;
		assert.equal(store.model, store.root, 'one that this session does not have');
	});

	it('counts versions by process', async () => {
		const process = signal(1);
		const store = new SessionStore(process);
		store.show(session());
		const [before, all] = [store.version('sample'), store.versionOfAll('sample')];
		store.apply([{ type: 'sample', t: 20, process: 2, rssBytes: 7 }]);
		await drawing();
		assert.equal(store.version('sample'), before);
		assert.notEqual(store.versionOfAll('sample'), all);
		process.value = 2;
		const second = store.version('sample');
		assert.notEqual(second, before);
		store.freeze(true);
		store.apply([{ type: 'sample', t: 30, process: 2, rssBytes: 8 }]);
		assert.equal(store.version('sample'), second, 'frozen');
		assert.equal(store.model?.latest?.rssBytes, 7);
		await drawing();
		store.freeze(false);
		assert.notEqual(store.version('sample'), second);
	});
});
