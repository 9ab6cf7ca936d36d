import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type NodeMajor, nodeBinary, outerNodes } from '../../../scripts/nodes.ts';
import type { LeakDiagnosis, LeakFinding } from '../../../src/runtime/leaks/diagnosisTypes.ts';
import { entriesOfType, profiledRun } from '../../support/engineRuns.ts';
import { copyExamples, type ExampleWorkspace } from '../../support/exampleWorkspace.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { fixtures, plainEnvironment, requireBundles, runtimeFolder } from './runtimeHost.ts';

const MB = 1024 * 1024;
const runFile = promisify(execFile);

async function output(node: string, args: readonly string[], cwd: string): Promise<string> {
	const { stdout } = await runFile(node, args, { cwd, env: plainEnvironment(), maxBuffer: 16 * MB });
	return stdout;
}

describe('leaks', function () {
	this.timeout(60_000);
	/** The fixtures beside an installed copy of the runtime. */
	const folder = temporaryFolder('leaks');
	let examples: ExampleWorkspace;
	before(async () => {
		requireBundles();
		cpSync(fixtures, folder.path, { recursive: true });
		install(folder.path);
		examples = await copyExamples();
	});
	after(async () => {
		await folder.remove();
		await examples.remove();
	});

	const install = (where: string) => {
		const target = join(where, 'node_modules', 'memory-manager-runtime');
		mkdirSync(target, { recursive: true });
		cpSync(runtimeFolder, target, { recursive: true });
	};

	async function diagnosis(major: NodeMajor, ...words: string[]): Promise<LeakDiagnosis> {
		return JSON.parse(await output(await nodeBinary(major), ['leaks.mjs', ...words], folder.path)) as LeakDiagnosis;
	}

	const alarms = ({ findings }: LeakDiagnosis) => findings.filter(({ severity }) => severity !== 'info');
	const one = (found: LeakDiagnosis, kind: LeakFinding['kind'], title: RegExp): LeakFinding => {
		const match = found.findings.find(finding => finding.kind === kind && title.test(finding.title));
		assert.ok(match, JSON.stringify(found.findings, undefined, 1));
		return match;
	};
	const at = (finding: LeakFinding) =>
		finding.site && `${finding.site.file.split(/[\\/]/).at(-1)}:${finding.site.line}`;

	for (const major of outerNodes) {
		describe(`on Node ${major}`, () => {
			it('finds nothing in a program that keeps nothing', async () => {
				const found = await diagnosis(major, 'flat');
				assert.deepEqual(alarms(found), []);
				assert.deepEqual(found.notLookedAt, []);
				assert.equal(found.rounds.length, 5);
				assert.ok(found.collections >= 10);
			});

			it('finds nothing in one that it only watches', async () => {
				assert.deepEqual(alarms(await diagnosis(major, 'flat', 'watch')), []);
			});

			it('finds a Map of objects, and how many more there are', async () => {
				const found = await diagnosis(major, 'map');
				const growth = one(found, 'constructorGrowth', /500 more objects "Order"/);
				assert.equal(at(growth), 'leaks.mjs:8');
				assert.match(growth.evidence[0] ?? '', /500, 1.000, 1.500, 2.000, 2.500/);
			});

			it('finds it in a running program by the function as well', async () => {
				const growth = one(await diagnosis(major, 'map', 'watch'), 'siteGrowth', /"growMap"|"Order"/);
				assert.match(at(growth) ?? '', /^leaks\.mjs:(8|16)$/);
				assert.ok((growth.bytes ?? 0) > MB / 2);
			});

			it('finds listeners, one more each round', async () => {
				const growth = one(
					await diagnosis(major, 'listeners'),
					'constructorGrowth',
					/1 more objects "function onChange"/,
				);
				assert.equal(at(growth), 'leaks.mjs:23');
				assert.equal(growth.tool, 'memoryManagement');
			});

			it('finds closures', async () => {
				const found = await diagnosis(major, 'closures');
				assert.equal(at(one(found, 'siteGrowth', /"keepClosures"/)), 'leaks.mjs:34');
				assert.equal(
					at(one(found, 'constructorGrowth', /2.000 more objects "function \(anonymous\)"/)),
					'leaks.mjs:37',
				);
			});

			it('finds Buffers, which no sampler sees', async () => {
				const growth = one(await diagnosis(major, 'buffers'), 'siteGrowth', /Array buffers are kept: 1\.00 MB/);
				assert.ok(Math.abs((growth.bytes ?? 0) - 4 * MB) < MB / 4, `${growth.bytes}`);
				assert.equal(growth.tool, 'BufferPool');
			});

			it('finds numbers and texts, which are no objects', async () => {
				assert.equal(at(one(await diagnosis(major, 'texts'), 'siteGrowth', /"keepTexts"/)), 'leaks.mjs:61');
				assert.equal(at(one(await diagnosis(major, 'numbers'), 'siteGrowth', /"keepNumbers"/)), 'leaks.mjs:56');
			});

			it('finds a pool whose objects are lost, and a cache that is never right', async () => {
				const lost = one(await diagnosis(major, 'pool'), 'poolLeak', /lost without being released/);
				assert.equal(lost.severity, 'error');
				assert.equal(at(lost), 'leaks.mjs:41');
				const cold = one(await diagnosis(major, 'cache'), 'coldCache', /"answers"/);
				assert.match(cold.evidence[0] ?? '', /^0 hits, 500 misses/);
				assert.equal(at(cold), 'leaks.mjs:46');
			});

			it('leaves the sampler of the profiler as it is, and reports to it', async () => {
				const target = { kind: 'script', path: join(fixtures, 'leaksProfiled.mjs'), args: [], nodeArgs: [] } as const;
				const { entries, stdout } = await profiledRun({ target, nodePath: await nodeBinary(major) });
				const told = JSON.parse(stdout.toString()) as { shared: boolean; most: string; findings: string[] };
				assert.equal(told.shared, true);
				assert.equal(told.most, 'keepBefore');
				assert.match(told.findings.join(), /"keepBefore" allocates is kept/);
				assert.equal(entriesOfType(entries, 'finding').length, told.findings.length);
				const [done] = entriesOfType(entries, 'diagnosis');
				assert.equal(done?.findings, told.findings.length);
				// The engine's own readings go on, and know what was allocated after ours ended.
				const trees = entriesOfType(entries, 'callTree');
				const later = trees.flatMap(({ frames }) => frames).find(({ functionName }) => functionName === 'keepLater');
				const nodes = trees.flatMap(tree => tree.nodes).filter(([, , frame]) => frame === later?.id);
				const live = new Map(
					entriesOfType(entries, 'allocations')
						.at(-1)
						?.live.map(([node, bytes]) => [node, bytes]),
				);
				const bytes = nodes.reduce((sum, [node]) => sum + (live.get(node) ?? 0), 0);
				assert.ok(bytes > 2 * MB, `${bytes} live bytes of keepLater`);
			});

			it('names the leak of the example, and finds none without it', async () => {
				install(examples.folder);
				const node = await nodeBinary(major);
				const leaking = await output(node, ['diagnose.mjs'], examples.folder);
				assert.match(leaking, /A leak in 4 rounds/);
				assert.match(leaking, /siteGrowth: What "rememberTrip" allocates is kept[^\n]*\n {2}at diagnose\.mjs:51\n/);
				assert.match(leaking, /866 more objects "Object \{home, destination, stops, km\}"/);
				const fixed = await output(node, ['diagnose.mjs', '--fixed'], examples.folder);
				assert.match(fixed, /No leak in 4 rounds/);
			});
		});
	}

	for (const major of [24, 26] as const) {
		it(`says what it could not look at under the permission model of Node ${major}`, async () => {
			const args = ['--permission', '--allow-fs-read=*', 'leaksRefused.mjs'];
			const told = JSON.parse(await output(await nodeBinary(major), args, folder.path)) as {
				code: string;
				titles: string[];
				notLookedAt: string[];
			};
			assert.equal(told.code, 'traceUnavailable');
			assert.match(told.titles.join(), /Array buffers are kept/);
			assert.match(told.notLookedAt.join(), /Growth by function and by constructor: .*--allow-inspector/);
		});
	}
});
