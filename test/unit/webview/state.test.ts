import assert from 'node:assert/strict';
import { INITIAL_VIEW, resetForSession, restoredView, viewSignals, viewValues } from '../../../webview/state.ts';

describe('the kept view of the panel', () => {
	it('comes back as it was, also through JSON', () => {
		const kept = {
			...INITIAL_VIEW,
			sessionId: 'a',
			tab: 'regions' as const,
			zoom: { min: 1, max: 9 },
			flamePath: [2, 3],
			sorts: { regions: { column: 'calls', descending: true } },
		};
		assert.deepEqual(restoredView(JSON.parse(JSON.stringify(kept))), kept);
		assert.deepEqual(viewValues(viewSignals(kept)), kept);
	});

	it('starts afresh when what was kept is not a view of this version', () => {
		const wrong: unknown[] = [
			undefined,
			null,
			'x',
			{},
			{ ...INITIAL_VIEW, tab: 'nothing' },
			{ ...INITIAL_VIEW, zoom: { min: 9, max: 1 } },
			{ ...INITIAL_VIEW, sorts: { regions: 'calls' } },
			{ ...INITIAL_VIEW, hiddenSeries: ['everything'] },
		];
		for (const kept of wrong) assert.equal(restoredView(kept), INITIAL_VIEW);
	});

	it('keeps taste and drops places when another session is shown', () => {
		const view = viewSignals({
			...INITIAL_VIEW,
			tab: 'process',
			paused: true,
			zoom: { min: 1, max: 2 },
			flamePath: [1],
		});
		resetForSession(view, 'b');
		const { tab, paused, zoom, flamePath, sessionId } = viewValues(view);
		assert.deepEqual(
			{ tab, paused, zoom, flamePath, sessionId },
			{ tab: 'process', paused: false, zoom: undefined, flamePath: [], sessionId: 'b' },
		);
	});
});
