import assert from 'node:assert/strict';
import { type PartsSample, partBytes, type RssPartKind, rssParts } from '../../../src/analysis/rssParts.ts';
import type { SampleEntry } from '../../../src/protocol/entries.ts';
import { entriesOfType, onOuterNodes, ProfiledRun } from '../../support/engineRuns.ts';

const MB = 2 ** 20;
const HELD = 128 * MB;
/** What the process does besides: it compiles, and V8 keeps a page more or less. */
const SLACK = 0.15 * HELD;

const cases: { kind: string; where: RssPartKind | undefined; holds: string }[] = [
	{ kind: 'buffers', where: 'arrayBuffers', holds: 'buffers with something in each page' },
	{ kind: 'untouched', where: undefined, holds: 'a buffer that nobody wrote to' },
	{ kind: 'heap', where: 'heapUsed', holds: 'arrays of numbers' },
];

describe('parts of RSS', () => {
	onOuterNodes('a script', (major, node) => {
		if (process.platform !== 'linux') return;
		// V8 counts the memory of WebAssembly as external; from Node 26 on it counts it nowhere, and it is native.
		const wasm = {
			kind: 'wasm',
			where: major === 26 ? 'native' : 'otherExternal',
			holds: 'WebAssembly memory',
		} as const;
		for (const { kind, where, holds } of [...cases, wasm]) {
			it(`that holds ${holds} has them in ${where ?? 'no part, because they are not resident'}`, async () => {
				await using run = await ProfiledRun.start({
					script: 'rssParts.mjs',
					args: [kind, String(HELD)],
					nodeArgs: ['--expose-gc'],
					nodePath: node(),
				});
				const settled = async (): Promise<PartsSample> => {
					const from = run.session.model.now;
					// Two answers later everything is new, also what is asked for less often.
					const full = ({ t, heapPhysicalBytes }: SampleEntry) => t > from && heapPhysicalBytes !== undefined;
					const first = await run.entry('sample', full);
					await run.entry('sample', sample => sample.t > first.t && full(sample));
					return { ...run.session.model.latest };
				};
				await run.printed('before');
				const before = await settled();
				run.session.stdin?.write('x');
				await run.printed('holds');
				const after = await settled();
				const [one, two] = [rssParts(before), rssParts(after)];
				assert.ok(one && two);
				for (const part of ['heapUsed', 'arrayBuffers', 'otherExternal', 'native'] as const) {
					const grown = (partBytes(two, part) ?? Number.NaN) - (partBytes(one, part) ?? Number.NaN);
					const expected = part === where ? HELD : 0;
					const text = `${part} grew by ${(grown / MB).toFixed(1)} MB`;
					// Of an untouched buffer, what is native looks like its first pages.
					if (where !== undefined) assert.ok(Math.abs(grown - expected) <= SLACK, text);
				}
				if (where === undefined) {
					assert.ok(two.notResidentBytes - one.notResidentBytes > HELD / 2, `${two.notResidentBytes} not resident`);
					assert.ok(two.rssBytes - one.rssBytes < SLACK);
				}
				run.session.stdin?.end();
				const { entries } = await run.finished();
				const samples = entriesOfType(entries, 'sample').filter(({ rssBytes }) => rssBytes !== undefined);
				for (const sample of samples) {
					const split = rssParts(sample);
					assert.equal(
						split?.parts.reduce((sum, { bytes }) => sum + bytes, 0),
						sample.rssBytes,
					);
				}
				// The binary itself, and every sample knows of it.
				assert.ok(samples.every(({ rssFileBytes }) => (rssFileBytes ?? 0) > 10 * MB));
			});
		}
	});
});
