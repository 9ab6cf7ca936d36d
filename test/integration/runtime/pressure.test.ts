import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { type Outcome, plainEnvironment, profile, requireBundles, run, runtimeFolder } from './runtimeHost.ts';

const library = JSON.stringify(join(runtimeFolder, 'index.cjs'));
const evaluate = async (major: (typeof allNodes)[number], script: string, env = plainEnvironment()): Promise<Outcome> =>
	run(await nodeBinary(major), ['-e', `const runtime = require(${library}); ${script}`], env);

describe('memory pressure in a script', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`is simulated and reported on Node ${major}`, async () => {
			const { entries, stdout, stderr, code } = await profile(await nodeBinary(major), ['pressure.mjs']);
			assert.deepEqual([code, stdout], [0, 'low memory critical true\ntrue 0\nnormal 1000\n'], stderr);
			assert.match(stderr, /MemoryManagerWarning: A callback for memory pressure failed: a callback of mine/);
			assert.ok(entries.every(isEntry));
			const levels = entries.flatMap(entry => (entry.type === 'pressure' ? entry : []));
			assert.deepEqual(
				levels.map(({ previous, level, simulated }) => [previous, level, simulated]),
				[
					['normal', 'critical', true],
					['critical', 'normal', false],
				],
			);
			const [cleanup] = entries.flatMap(entry => (entry.type === 'cleanup' ? entry : []));
			assert.deepEqual([cleanup?.cause, cleanup?.label], ['pressure', 'critical']);
			const steps = cleanup?.steps ?? [];
			assert.deepEqual(
				steps.map(({ target, name }) => `${target} ${name}`),
				['caches tiles', 'pools parsers', 'collection undefined'],
			);
			assert.ok((steps[0]?.freedBytes ?? 0) >= 750 && steps.at(-1)?.freedBytes !== undefined);
			const [config] = entries.flatMap(entry => (entry.type === 'config' ? entry : []));
			assert.deepEqual([config?.profile, config?.limits[0]], ['constrained', ['Memory', '512 MB']]);
		});

		it(`is watched without keeping the process alive on Node ${major}`, async () => {
			const script = `
				runtime.memoryManager.startMonitoring();
				runtime.memoryManager.simulatePressure('high', { durationMs: 1e9 });
				setTimeout(() => console.log(runtime.memoryManager.summary().samples > 0), 50);`;
			const { code, stdout, stderr } = await evaluate(major, script);
			assert.deepEqual([code, stdout, stderr], [0, 'true\n', '']);
		});

		it(`is measured against MEMORY_MANAGER_MAX_MEMORY inside synchronous work on Node ${major}`, async () => {
			const script = `
				runtime.memoryManager.onPressure(({ level, reason }) => console.log(level, reason.split(' ').slice(0, 4).join(' ')));
				runtime.memoryManager.startMonitoring();
				runtime.memoryManager.monitor.sampleIfDue();`;
			const env = { ...plainEnvironment(), MEMORY_MANAGER_MAX_MEMORY: '2MB' };
			const { code, stdout } = await evaluate(major, script, env);
			assert.deepEqual([code, stdout], [0, 'critical The process is at\n']);
			const wrong = await evaluate(major, 'runtime.currentConfig();', {
				...env,
				MEMORY_MANAGER_MAX_MEMORY: '2 potatoes',
			});
			assert.equal(wrong.code, 1);
			assert.match(wrong.stderr, /"MEMORY_MANAGER_MAX_MEMORY" must be .* 512MB.*, not "2 potatoes"\./);
		});
	}

	it('does not begin at import', async () => {
		const script = `console.log(process.getActiveResourcesInfo().join(), runtime.memoryManager.monitor.running);`;
		const env = { ...plainEnvironment(), MEMORY_MANAGER_MAX_MEMORY: 'not read yet' };
		const { stdout, stderr } = await evaluate(24, script, env);
		const [resources] = stdout.trim().split(' ');
		assert.ok(!resources?.includes('Timeout'), stdout);
		assert.deepEqual([stdout.trim().endsWith('false'), stderr], [true, '']);
	});
});

describe('a small old space', () => {
	for (const major of allNodes) {
		it(`is seen to fill before it kills the script on Node ${major}`, async () => {
			const runtime = pathToFileURL(join(runtimeFolder, 'index.mjs')).href;
			const env = { ...plainEnvironment(), NODE_OPTIONS: '--max-old-space-size=900' };
			// The command line wins. V8's own limit for the whole heap is up to four times as high.
			const args = ['--max-old-space-size=512', 'smallHeap.mjs', runtime];
			const { code, stdout, stderr } = await run(await nodeBinary(major), args, env);
			assert.equal(code, 0, stderr);
			const { levels, limit, reason } = JSON.parse(stdout);
			assert.equal(limit, 512 * 1024 * 1024);
			assert.equal(levels[0], 'normal');
			assert.match(reason, /limit of 512 MB/);
		});
	}
});

describe('graphics memory', () => {
	before(requireBundles);

	const LSPCI = '01:00.0 3D controller: NVIDIA Corporation AD104GL [L4] (rev a1)\\n';
	const ask = `runtime.gpuMemory().then(gpus => console.log(JSON.stringify(gpus ?? null)), error => console.log(error.code));`;

	/** Answers to the tools that are asked; without one they fail, as where there is no device. */
	async function answers(tools: { lspci?: string; smi?: string }): Promise<string> {
		const folder = temporaryFolder('gpu');
		const script = (text: string | undefined) => (text === undefined ? 'exit 1\n' : text);
		for (const [name, text] of [
			['lspci', tools.lspci],
			['nvidia-smi', tools.smi],
			['clinfo', undefined],
		] as const) {
			writeFileSync(join(folder.path, name), `#!/bin/sh\n${script(text)}`);
			chmodSync(join(folder.path, name), 0o755);
		}
		try {
			const env = plainEnvironment();
			const { stdout, stderr } = await evaluate(24, ask, { ...env, PATH: `${folder.path}${delimiter}${env.PATH}` });
			assert.equal(stderr, '');
			return stdout.trim();
		} finally {
			await folder.remove();
		}
	}

	/** Prints for the long question of systeminformation or for ours. */
	const smi = (long: string, short: string) =>
		`case "$1" in *driver_version*) echo "${long}";; *) echo "${short}";; esac\n`;

	it('is undefined, or true, on this machine', async () => {
		const { stdout } = await evaluate(24, ask);
		const gpus = JSON.parse(stdout) as { totalBytes: number }[] | null;
		assert.ok(gpus === null || gpus.every(({ totalBytes }) => totalBytes > 0));
	});

	it('comes from the tools of the system', async function () {
		if (process.platform !== 'linux') {
			console.log('      skipped: the tools are shell scripts of Linux');
			this.skip();
		}
		assert.equal(await answers({}), 'null');
		const long =
			'550.54, 0x16CA10DE, NVIDIA L4, 00000000:01:00.0, [N/A], 23034, 1034, 21564, 0, 0, 30, [N/A], 16, 72, 210, 405';
		const expected = [{ name: 'NVIDIA L4', totalBytes: 23_034, usedBytes: 1_034, freeBytes: 21_564 }].map(
			({ name, ...mib }) => ({ name, ...Object.fromEntries(Object.entries(mib).map(([k, v]) => [k, v * 1024 ** 2])) }),
		);
		const lspci = `printf '${LSPCI}'\n`;
		assert.deepEqual(JSON.parse(await answers({ lspci, smi: smi(long, '') })), expected);
		// Without lspci, as in most containers.
		assert.deepEqual(JSON.parse(await answers({ smi: smi(long, 'NVIDIA L4, 23034, 1034, 21564') })), expected);
	});

	it('has an error where the bundle beside the library is missing', async () => {
		const folder = temporaryFolder('bundled');
		try {
			const copy = join(folder.path, 'index.cjs');
			const script = `require('node:fs').copyFileSync(${library}, ${JSON.stringify(copy)});
				require(${JSON.stringify(copy)}).gpuMemory().catch(error => console.log(error.code));`;
			assert.equal((await evaluate(24, script)).stdout, 'gpuUnavailable\n');
		} finally {
			await folder.remove();
		}
	});
});
