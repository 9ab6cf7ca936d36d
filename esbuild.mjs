// One table of bundles. `node esbuild.mjs [--watch] [--only name,name]`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import esbuild from 'esbuild';

const { values } = parseArgs({ options: { watch: { type: 'boolean' }, only: { type: 'string' } } });
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const node = { platform: 'node', format: 'cjs' };
/** The runtime and its preload run inside the user's script: oldest supported Node. */
const guest = { ...node, target: 'node20' };
/** VS Code's extension host and the command line. */
const host = { ...node, target: 'node22' };
const browser = { platform: 'browser', format: 'esm', target: 'es2022', jsx: 'automatic', jsxImportSource: 'preact' };

/** @type {(esbuild.BuildOptions & { name: string })[]} */
const bundles = [
	{
		name: 'extension',
		...host,
		entryPoints: ['src/extension/extension.ts'],
		outfile: 'dist/extension.cjs',
		external: ['vscode'],
	},
	{
		name: 'cli',
		...host,
		entryPoints: ['src/cli/main.ts'],
		outfile: 'dist/cli.cjs',
		banner: { js: '#!/usr/bin/env node' },
	},
	{
		name: 'snapshotWorker',
		...host,
		entryPoints: ['src/engine/snapshots/snapshotWorker.ts'],
		outfile: 'dist/snapshotWorker.cjs',
	},
	{
		name: 'runtime',
		...guest,
		entryPoints: ['src/runtime/index.ts'],
		outfile: 'dist/runtime/index.cjs',
		plugins: [builtinsOnFirstUse(), esmShim()],
	},
	{ name: 'gpu', ...guest, entryPoints: ['src/runtime/gpu.ts'], outfile: 'dist/runtime/gpu.cjs' },
	{
		name: 'preload',
		...node,
		target: 'es5',
		bundle: false,
		entryPoints: ['src/runtime/preloadEntry.ts'],
		outfile: 'dist/runtime/preload.cjs',
	},
	{ name: 'guest', ...guest, entryPoints: ['src/runtime/preload.ts'], outfile: 'dist/runtime/preloadGuest.cjs' },
	{
		name: 'hooks',
		...guest,
		format: 'esm',
		entryPoints: ['src/runtime/resolveHooks.ts'],
		outfile: 'dist/runtime/resolveHooks.mjs',
	},
	{ name: 'panel', ...browser, entryPoints: ['webview/panel.tsx'], outfile: 'dist/webview/panel.js' },
	{ name: 'snapshot', ...browser, entryPoints: ['webview/snapshot.tsx'], outfile: 'dist/webview/snapshot.js' },
	{ name: 'sidebar', ...browser, entryPoints: ['webview/sidebar.tsx'], outfile: 'dist/webview/sidebar.js' },
	{
		name: 'hostTests',
		...host,
		entryPoints: ['test/host/index.ts'],
		outfile: 'dist/test/host.cjs',
		external: ['vscode', 'mocha'],
	},
];

/** Built-ins that Node does not load for itself at its start and that cost a script 0.3 to 5 ms each; most scripts never need them. */
const LATE = ['crypto', 'fs/promises', 'os', 'timers/promises', 'v8', 'vm', 'worker_threads'].map(
	name => `node:${name}`,
);

/** The sources import them as any other; in the bundle each is required when one of its names is first read. */
function builtinsOnFirstUse() {
	return {
		name: 'builtins-on-first-use',
		setup(build) {
			build.onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
				LATE.includes(path) && namespace !== 'late'
					? { path, namespace: 'late', sideEffects: false }
					: { path, external: true },
			);
			build.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
				const names = Object.keys(createRequire(import.meta.url)(path));
				const getters = names.map(name => `get ${name}() { return load().${name}; },`);
				const load = `let loaded;\nconst load = () => (loaded ??= require('${path}'));`;
				// Inherited, because esbuild gives each importing file a copy of what is own.
				return { contents: `${load}\nmodule.exports = Object.create({\n${getters.join('\n')}\n});` };
			});
		},
	};
}

/** `import` and `require` of the runtime must be one instance: the ESM entry re-exports the CommonJS one. */
function esmShim() {
	return {
		name: 'esm-shim',
		setup(build) {
			build.onEnd(result => {
				if (result.errors.length > 0) return;
				const require = createRequire(import.meta.url);
				const file = require.resolve('./dist/runtime/index.cjs');
				delete require.cache[file];
				const names = Object.keys(require(file)).filter(name => name !== 'default');
				writeFileSync(
					'dist/runtime/index.mjs',
					`import runtime from './index.cjs';\nexport const { ${names.join(', ')} } = runtime;\n`,
				);
				writeFileSync('dist/runtime/package.json', `${JSON.stringify(runtimePackage(), undefined, '\t')}\n`);
				// Where a profiled script's `require` finds the injected copy.
				mkdirSync('dist/runtime/lookup/memory-manager-runtime', { recursive: true });
				writeFileSync(
					'dist/runtime/lookup/memory-manager-runtime/package.json',
					`${JSON.stringify({ name: 'memory-manager-runtime', version, main: '../../index.cjs' })}\n`,
				);
			});
		},
	};
}

function runtimePackage() {
	return {
		name: 'memory-manager-runtime',
		version,
		description: 'Keep a Node.js data script inside its memory: regions, bounded caches, pools.',
		license: 'MIT',
		main: './index.cjs',
		module: './index.mjs',
		types: './types/runtime/index.d.ts',
		exports: {
			'.': { types: './types/runtime/index.d.ts', import: './index.mjs', require: './index.cjs' },
			'./package.json': './package.json',
		},
		engines: { node: '>=20' },
		sideEffects: false,
	};
}

mkdirSync('dist', { recursive: true });
const chosen = values.only ? bundles.filter(({ name }) => values.only.split(',').includes(name)) : bundles;
for (const { name, ...options } of chosen) {
	const full = {
		bundle: true,
		sourcemap: 'linked',
		logLevel: 'warning',
		legalComments: 'none',
		define: { 'process.env.MEMORY_MANAGER_VERSION': JSON.stringify(version) },
		...options,
	};
	if (values.watch) {
		const context = await esbuild.context(full);
		await context.watch();
		console.log(`watching ${name}`);
	} else {
		await esbuild.build(full);
	}
}
