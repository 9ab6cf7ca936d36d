import assert from 'node:assert/strict';
import { entriesOfType, fixture, onEveryNode, plainRun, profiledRun } from '../../support/engineRuns.ts';

/** How `rows.mjs` ends, and that it is seen to its end. */
const endings = ['exit', 'throw', 'reject', 'reject-later'];
const codes = ['exitCode', 'listener', 'exit in exit', 'beforeExit', 'reallyExit', 'uncaught handler'];
const thrown = ['number', 'null', 'undefined', 'object', 'text', 'symbol'];

onEveryNode('a script that ends', (major, node) => {
	async function compared(script: string, args: readonly string[]) {
		const [plain, run] = await Promise.all([
			plainRun(node(), [fixture(script), ...args]),
			profiledRun({ script, args, nodePath: node() }),
		]);
		assert.equal(run.stdout.toString(), plain.stdout.toString());
		assert.equal(run.stderr.toString(), plain.stderr.toString());
		assert.deepEqual(run.reason, { kind: 'exit', code: plain.code });
		return run;
	}

	for (const how of endings)
		it(`by "${how}" says the same and leaves a last profile`, async () => {
			const { entries, opened } = await compared('rows.mjs', [how, '0']);
			const last = entriesOfType(entries, 'allocations').at(-1);
			assert.equal(last?.cause, 'final');
			assert.ok(last.live.reduce((sum, [, bytes]) => sum + bytes, 0) > 1 << 20, 'the last profile is nearly empty');
			assert.deepEqual(opened.model.notices, []);
		});

	// The rest differs between versions in Node's own text only: the oldest and the newest stand for all.
	if (major !== 20 && major !== 26) return;
	for (const how of codes) it(`by "${how}" has the same code`, () => compared('exitCodes.cjs', [how]).then(() => {}));
	it('by throwing while it ends has the same code', async () => {
		const plain = await plainRun(node(), [fixture('exitCodes.cjs'), 'throw in exit']);
		const run = await profiledRun({ script: 'exitCodes.cjs', args: ['throw in exit'], nodePath: node() });
		assert.deepEqual(run.reason, { kind: 'exit', code: plain.code });
		// The one place where a frame of ours can be seen: we stand around the `exit` event.
		const stderr = run.stderr.toString().replace(/^ {4}at .*preload\w*\.cjs.*\n/m, '');
		assert.equal(stderr, plain.stderr.toString());
	});
	for (const what of thrown)
		it(`by throwing (${what}) says the same`, () => compared('throws.cjs', [what]).then(() => {}));
});
