import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { attachSession } from '../../../src/engine/attachSession.ts';
import { entriesOfType, onNode, ProfiledRun } from '../../support/engineRuns.ts';

onNode(24, 'a script that works against the profiler', (_major, node) => {
	const start = (way: string) => ProfiledRun.start({ script: 'hostile.cjs', args: [way], nodePath: node() });

	it('is sampled all the same when it replaces built-ins', async () => {
		await using run = await start('builtins');
		await run.printed('done');
		const since = run.session.model.now;
		const later = await run.entry('sample', ({ t, heapUsedBytes }) => t > since + 300 && heapUsedBytes !== undefined);
		assert.ok(later.rssBytes && later.rssBytes > 10_000_000);
		assert.deepEqual(run.session.model.notices, []);
		run.session.stdin?.end();
		assert.deepEqual((await run.finished()).reason, { kind: 'exit', code: 0 });
	});
	it('is told of when its answers cannot be used, and its RSS goes on', async () => {
		await using run = await start('answers');
		const { t } = await run.entry('notice', ({ severity }) => severity === 'warning');
		await run.entry('sample', sample => sample.t > t + 100 && sample.heapUsedBytes === undefined);
		run.session.stdin?.end();
		assert.deepEqual((await run.finished()).reason, { kind: 'exit', code: 0 });
	});
	it('is told of when it closes the inspector, and its RSS goes on', async () => {
		await using run = await start('inspector');
		const { t, message } = await run.entry('notice');
		assert.match(message, /inspector/);
		await run.entry(
			'sample',
			sample => sample.t > t && sample.rssBytes !== undefined && sample.heapUsedBytes === undefined,
		);
		run.session.stdin?.end();
		assert.deepEqual((await run.finished()).reason, { kind: 'exit', code: 0 });
	});
	it('is not slowed by the debugger when it makes scripts without end', async () => {
		await using run = await start('manyScripts');
		await run.entry('notice', ({ message }) => message.includes('makes code'));
		await run.printed('done');
		run.session.stdin?.end();
		const { reason, entries } = await run.finished();
		assert.deepEqual(reason, { kind: 'exit', code: 0 });
		assert.ok(entriesOfType(entries, 'allocations').some(({ cause }) => cause === 'final'));
	});
});

describe('attaching to something that stays silent', () => {
	it('can be aborted', async () => {
		const server = createServer(() => {});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as { port: number };
		const abort = new AbortController();
		server.once('connection', () => abort.abort(new Error('enough')));
		await assert.rejects(
			attachSession({ address: `127.0.0.1:${port}`, cwd: tmpdir(), signal: abort.signal }),
			/enough/,
		);
		server.close();
	});
});
