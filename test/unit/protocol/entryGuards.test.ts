import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { sampleEntries } from '../../support/sampleSession.ts';

describe('isEntry', () => {
	it('takes every entry of a session, also after a way through JSON', () => {
		const entries = sampleEntries(28_500, 'outOfMemory');
		assert.ok(entries.length > 1_000);
		for (const entry of entries) assert.ok(isEntry(JSON.parse(JSON.stringify(entry))), JSON.stringify(entry));
	});

	it('takes every way to end that needs no more words', () => {
		for (const kind of ['detached', 'terminated', 'gone', 'stopped'])
			assert.ok(isEntry({ type: 'state', t: 0, state: 'ended', reason: { kind } }), kind);
		assert.equal(isEntry({ type: 'state', t: 0, state: 'ended', reason: { kind: 'lost' } }), false);
	});

	it('refuses what is not an entry', () => {
		const wrong: unknown[] = [
			undefined,
			null,
			'state',
			{},
			{ type: 'toString', t: 0 },
			{ type: 'constructor', t: 0 },
			{ type: 'state', t: '0', state: 'running' },
			{ type: 'state', t: 0, state: 'flying' },
			{ type: 'state', t: 0, state: 'ended', reason: { kind: 'exit', code: '1' } },
			{ type: 'sample', t: 0, rssBytes: -1 },
			{ type: 'allocations', t: 0, cause: 'peak', intervalBytes: 1, costMs: 1, live: [[1, 2]] },
			{ type: 'region', t: 0, id: 1, name: 'x', kind: 'region', site: { file: 'a' } },
			{
				type: 'cache',
				t: 0,
				id: 1,
				name: 'x',
				bytes: 1,
				bytesFrom: 'declared',
				entries: 1,
				hits: 0,
				misses: 0,
				evictions: { size: 'many' },
			},
		];
		for (const value of wrong) assert.equal(isEntry(value), false, JSON.stringify(value));
	});

	it('never throws', () => {
		fc.assert(fc.property(fc.anything(), value => typeof isEntry(value) === 'boolean'));
	});
});
