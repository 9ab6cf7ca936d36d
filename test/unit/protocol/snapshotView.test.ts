import assert from 'node:assert/strict';
import { isSnapshotState, MAX_PAGE, queryChecks } from '../../../src/protocol/snapshotView.ts';

describe('Questions to a heap snapshot', () => {
	const list = { search: 'a', sort: 'name', descending: true, from: 0, count: 10 };

	it('are let through as they should be, a page never too long', () => {
		assert.deepEqual(queryChecks.classes(list), list);
		assert.equal(queryChecks.classes({ ...list, count: 1e9 }).count, MAX_PAGE);
		assert.deepEqual(queryChecks.objects({ classId: 3, from: 0, count: 1, more: 1 }), {
			classId: 3,
			from: 0,
			count: 1,
		});
		assert.equal(queryChecks.changes({ ...list, search: 'x'.repeat(1_000) }).search.length, 200);
	});

	for (const [name, value] of [
		['classes', undefined],
		['classes', { ...list, sort: 'constructor' }],
		['classes', { ...list, search: 7 }],
		['classes', { ...list, from: -1 }],
		['changes', { ...list, descending: 'yes' }],
		['changes', { ...list, count: 1.5 }],
		['objects', { from: 0, count: 1 }],
		['objects', { classId: Number.NaN, from: 0, count: 1 }],
		['retainers', { node: '1', from: 0, count: 1 }],
		['path', null],
		['owners', [0, 1]],
	] as const) {
		it(`are refused: ${name} ${JSON.stringify(value)}`, () =>
			assert.throws(() => queryChecks[name](value), new RegExp(`"${name}" is not understood`)));
	}
});

describe('The state of a viewer', () => {
	const summary = {
		path: '/x',
		fileBytes: 1,
		objects: 1,
		references: 1,
		totalBytes: 1,
		bufferBytes: 0,
		stringBytes: 0,
		classes: 1,
	};
	const comparison = { path: '/y', by: 'object', countChange: -1, bytesChange: 2, classes: 1 };
	for (const state of [
		{ phase: 'reading', share: 0 },
		{ phase: 'failed', sentence: 'No.' },
		{ phase: 'ready', summary },
		{ phase: 'ready', summary, comparison },
		{ phase: 'ready', summary, comparing: { share: 1 } },
	]) {
		it(`may be ${JSON.stringify(state).slice(0, 40)}`, () => assert.ok(isSnapshotState(state)));
	}
	for (const state of [
		undefined,
		{ phase: 'reading' },
		{ phase: 'failed' },
		{ phase: 'ready' },
		{ phase: 'ready', summary: { ...summary, objects: '1' } },
		{ phase: 'ready', summary, comparison: { ...comparison, by: 'guess' } },
		{ phase: 'other', share: 1 },
	]) {
		it(`is not ${JSON.stringify(state)?.slice(0, 60)}`, () => assert.ok(!isSnapshotState(state)));
	}
});
