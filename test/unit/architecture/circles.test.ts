import assert from 'node:assert/strict';
import { type Module, moduleOf, modulesIn } from '../../support/engineImports.ts';

/** The first circle of imports as a chain of files; type-only imports vanish and bind nothing. */
function circle(modules: readonly Module[]): string[] | undefined {
	const byFile = new Map(modules.map(module => [module.file, module]));
	const done = new Set<string>();
	const walk = (file: string, chain: readonly string[]): string[] | undefined => {
		const at = chain.indexOf(file);
		if (at >= 0) return [...chain.slice(at), file];
		if (done.has(file)) return undefined;
		for (const { to, typeOnly } of byFile.get(file)?.imports ?? []) {
			const found = typeOnly ? undefined : walk(to, [...chain, file]);
			if (found) return found;
		}
		done.add(file);
		return undefined;
	};
	for (const { file } of modules) {
		const found = walk(file, []);
		if (found) return found;
	}
	return undefined;
}

describe('imports', () => {
	it('have no circle', () => assert.equal(circle(modulesIn('src', 'webview'))?.join(' → '), undefined));

	const ring = (third: string) => [
		moduleOf('src/base/a.ts', `import { b } from './b.ts';`),
		moduleOf('src/base/b.ts', `export { c } from '../base/c.ts';`),
		moduleOf('src/base/c.ts', third),
	];
	it('would be caught in a circle of three', () => {
		const found = circle(ring(`import './a.ts';`));
		assert.deepEqual(found, ['src/base/a.ts', 'src/base/b.ts', 'src/base/c.ts', 'src/base/a.ts']);
	});
	it('may close a circle by a type', () => assert.equal(circle(ring(`import type { A } from './a.ts';`)), undefined));
	it('are caught when a module imports itself', () =>
		assert.deepEqual(circle([moduleOf('src/base/a.ts', `import './a.ts';`)]), ['src/base/a.ts', 'src/base/a.ts']));
});
