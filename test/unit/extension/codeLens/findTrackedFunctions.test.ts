import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findTrackedFunctions } from '../../../../src/extension/codeLens/findTrackedFunctions.ts';

/** `kind name@line:column`, to be read at a glance. */
function found(source: string, fileName = 'a.mjs'): string[] {
	return findTrackedFunctions(source, fileName).map(
		({ kind, name, line, column }) => `${kind} ${name ?? '?'}@${line}:${column}`,
	);
}

const IMPORT = "import { region, trackMemory, MemoryTracker } from 'memory-manager-runtime';\n";

describe('findTrackedFunctions', () => {
	it('finds calls, decorators and constructions at the place that V8 reports', () => {
		const source = `${IMPORT}
await region('load', () => 1);
class A {
	@trackMemory('decorated') run() {}
}
const f = trackMemory(\`wrapped\`)(() => 2);
using t = new MemoryTracker("block");
`;
		assert.deepEqual(found(source), [
			'region load@3:7',
			'trackMemory decorated@5:3',
			'trackMemory wrapped@7:11',
			'MemoryTracker block@8:11',
		]);
	});

	it('finds scopes and functions that run with collections around them', () => {
		const source = `import { memoryManagement, optimizeForMemory as lean } from 'memory-manager-runtime';
const load = lean(loadRows);
await memoryManagement(async () => load());
class Collection {
	@lean process() {}
	@unrelated other() {}
}`;
		assert.deepEqual(found(source), ['optimizeForMemory ?@2:14', 'memoryManagement ?@3:7', 'optimizeForMemory ?@5:3']);
	});

	it('follows aliases and namespaces', () => {
		const source = `import { region as measured } from 'memory-manager-runtime';
import * as mm from 'memory-manager-runtime';
measured('a', f); mm.region('b', f); new mm.MemoryTracker('c'); mm.trackMemory('d'); mm?.region?.('e', f);`;
		assert.deepEqual(found(source), [
			'region a@3:1',
			'region b@3:22',
			'MemoryTracker c@3:38',
			'trackMemory d@3:68',
			'region e@3:90',
		]);
	});

	it('follows require and dynamic import', () => {
		const source = `const { region: r, MemoryTracker } = require('memory-manager-runtime');
const mm = require('memory-manager-runtime');
async function f() {
	const { trackMemory } = await import('memory-manager-runtime');
	r('a', f); mm.region('b', f); trackMemory('c'); new MemoryTracker('d');
}`;
		assert.deepEqual(found(source, 'a.cjs'), [
			'region a@5:2',
			'region b@5:16',
			'trackMemory c@5:32',
			'MemoryTracker d@5:50',
		]);
	});

	it('leaves alone what only has the same name', () => {
		const source = `import { region } from 'geography';
import { BoundedCache } from 'memory-manager-runtime';
import { trackMemory } from "./memory-manager-runtime";
region('a', f); trackMemory('b'); other.region('c');`;
		assert.deepEqual(found(source), []);
	});

	it('knows when an inner name hides the import', () => {
		const source = `${IMPORT}
function a(region) { region('hidden by a parameter'); }
function b() { const { region } = maps; region('hidden by a variable'); }
const c = ({ x: [region = 1] }) => region('hidden by a pattern');
try {} catch (region) { region('hidden by a catch'); }
function d() { function region() {} region('hidden by a function'); }
function e(other) { region('seen', other); }`;
		assert.deepEqual(found(source), ['region seen@8:21']);
	});

	it('gives no name where it is computed', () => {
		assert.deepEqual(found(`${IMPORT}region(\`load \${x}\`, f); region(name, f); region();`), [
			'region ?@2:1',
			'region ?@2:25',
			'region ?@2:42',
		]);
	});

	it('does not take a tracker called as a function, nor a construction of a region', () => {
		assert.deepEqual(found(`${IMPORT}MemoryTracker('a'); new region('b');`), []);
	});

	it('reads TypeScript and JSX', () => {
		const typed = `${IMPORT}
abstract class A<T extends object> {
	constructor(private readonly x: T) {}
	@trackMemory('method') y?: number = <number>(region('in type assertion', () => 1));
}
export const z = region<number>('generic', (): number => 1)!;`;
		assert.deepEqual(found(typed, 'a.ts'), [
			'trackMemory method@5:3',
			'region in type assertion@5:47',
			'region generic@7:18',
		]);
		assert.deepEqual(found(`${IMPORT}const a = <p>{region('jsx', f)}</p>;`, 'a.js'), ['region jsx@2:15']);
		assert.deepEqual(found(`${IMPORT}const a: X = <p>{region('tsx', f)}</p>;`, 'a.tsx'), ['region tsx@2:18']);
	});

	it('tolerates what is being typed', () => {
		const source = `${IMPORT}region('a', () => 1);\nconst x = 1; const x = 2; return 3;\n`;
		assert.deepEqual(found(source), ['region a@2:1']);
		assert.deepEqual(found(`${IMPORT}region('a', () => {`), []);
	});

	it('does not parse a file that never names the runtime', () => {
		const started = performance.now();
		assert.deepEqual(found(`${'x('.repeat(2_000_000)}`), []);
		assert.ok(performance.now() - started < 200);
	});

	it('survives nesting that nobody writes', () => {
		for (const depth of [1_000, 100_000]) {
			assert.doesNotThrow(() => found(`${IMPORT}${'('.repeat(depth)}1${')'.repeat(depth)}`));
			assert.doesNotThrow(() => found(`${IMPORT}x = ${'[],'.repeat(10)}${'{a:'.repeat(depth)}1${'}'.repeat(depth)}`));
		}
	});

	it('never throws', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('a.ts', 'a.cjs', 'a.tsx', 'a.mjs'), (text, file) => {
				findTrackedFunctions(IMPORT + text, file);
			}),
		);
	});
});
