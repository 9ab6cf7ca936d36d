// One table of bundles. `node esbuild.mjs [--watch] [--only name,name]`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import esbuild from 'esbuild';

const { values } = parseArgs({ options: { watch: { type: 'boolean' }, only: { type: 'string' } } });
const { version, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

const node = { platform: 'node', format: 'cjs' };
/** The runtime and its preload run inside the user's script: oldest supported Node. */
const guest = { ...node, target: 'node20', define: { 'import.meta.dirname': '__dirname' } };
/** What `memory-manager-runtime/<name>` leads to; each a bundle of its own. */
const subPaths = ['formats', 'images', 'media'];
/** What single formats need, loaded when one is first read. */
const peers = [
	'@wasm-audio-decoders/flac',
	'@wasm-audio-decoders/ogg-vorbis',
	'h5wasm',
	'mpg123-decoder',
	'ogg-opus-decoder',
	'sharp',
];
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
		entryPoints: ['src/runtime/core.ts'],
		outfile: 'dist/runtime/index.cjs',
		plugins: [builtinsOnFirstUse(), esmShim('index'), manifests()],
	},
	...subPaths.map(name => ({
		name,
		...guest,
		entryPoints: [`src/runtime/${name}/index.ts`],
		outfile: `dist/runtime/${name}.cjs`,
		plugins: [otherBundles(name), esmShim(name)],
	})),
	{
		name: 'hdf5Worker',
		...guest,
		entryPoints: ['src/runtime/formats/hdf5/hdf5Worker.ts'],
		outfile: 'dist/runtime/hdf5Worker.cjs',
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
const LATE = ['child_process', 'crypto', 'fs/promises', 'os', 'timers/promises', 'v8', 'vm', 'worker_threads'].map(
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

/** A sub-path does not hold the core, nor another sub-path, a second time: it requires their bundles. */
function otherBundles(name) {
	const bundled = new RegExp(`[\\\\/]src[\\\\/](protocol|runtime[\\\\/]${name})[\\\\/]`);
	return {
		name: 'other-bundles',
		setup(build) {
			build.onResolve({ filter: /^\./ }, async ({ path, kind, ...place }) => {
				if (place.namespace === 'other') return { path, external: true };
				if (place.pluginData === 'resolved') return undefined;
				const { path: file, errors } = await build.resolve(path, { kind, ...place, pluginData: 'resolved' });
				if (errors.length > 0 || bundled.test(file)) return undefined;
				if (/[\\/]runtime[\\/]internals\.ts$/.test(file)) return { path: 'internals', namespace: 'other' };
				const [, sub] = /[\\/]runtime[\\/](\w+)[\\/]index\.ts$/.exec(file) ?? [];
				if (subPaths.includes(sub)) return { path: sub, namespace: 'other' };
				return { errors: [{ text: `${path} belongs to the core's bundle: import its values from internals.ts` }] };
			});
			build.onLoad({ filter: /./, namespace: 'other' }, ({ path }) => ({
				contents:
					path === 'internals'
						? `module.exports = require('./index.cjs').internals;`
						: `module.exports = require('./${path}.cjs');`,
			}));
		},
	};
}

/** `import` and `require` of the runtime must be one instance: the ESM entry re-exports the CommonJS one. */
function esmShim(bundle) {
	return {
		name: 'esm-shim',
		setup(build) {
			build.onEnd(result => {
				if (result.errors.length > 0) return;
				const require = createRequire(import.meta.url);
				// When watching, each is another one than before.
				for (const file of Object.keys(require.cache)) delete require.cache[file];
				const names = Object.keys(require(`./dist/runtime/${bundle}.cjs`)).filter(
					name => name !== 'default' && name !== 'internals',
				);
				writeFileSync(
					`dist/runtime/${bundle}.mjs`,
					`import runtime from './${bundle}.cjs';\nexport const { ${names.join(', ')} } = runtime;\n`,
				);
			});
		},
	};
}

function manifests() {
	return {
		name: 'manifests',
		setup(build) {
			build.onEnd(() => {
				writeFileSync('dist/runtime/package.json', `${JSON.stringify(runtimePackage(), undefined, '\t')}\n`);
				// Where a profiled script's `require` finds the injected copy. A manifest's `exports` must not lead out of its folder.
				const lookup = 'dist/runtime/lookup/memory-manager-runtime';
				mkdirSync(lookup, { recursive: true });
				writeFileSync(
					`${lookup}/package.json`,
					`${JSON.stringify({ name: 'memory-manager-runtime', version, main: '../../index.cjs' })}\n`,
				);
				for (const name of subPaths)
					writeFileSync(`${lookup}/${name}.js`, `module.exports = require('../../${name}.cjs');\n`);
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
			...Object.fromEntries(
				subPaths.map(name => [
					`./${name}`,
					{
						types: `./types/runtime/${name}/index.d.ts`,
						import: `./${name}.mjs`,
						require: `./${name}.cjs`,
					},
				]),
			),
			'./package.json': './package.json',
		},
		peerDependencies: Object.fromEntries(peers.map(name => [name, devDependencies[name]])),
		peerDependenciesMeta: Object.fromEntries(peers.map(name => [name, { optional: true }])),
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
		...options,
		define: { 'process.env.MEMORY_MANAGER_VERSION': JSON.stringify(version), ...options.define },
	};
	if (values.watch) {
		const context = await esbuild.context(full);
		await context.watch();
		console.log(`watching ${name}`);
	} else {
		await esbuild.build(full);
	}
}
