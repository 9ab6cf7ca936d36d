import assert from 'node:assert/strict';
import { type Module, moduleOf, modulesIn } from '../../support/engineImports.ts';

interface Layer {
	/** Folders of ours; its own is understood. */
	readonly folders: readonly string[];
	/** Packages and `node:` modules. */
	readonly packages: RegExp;
}

const none = /^$/;
const any = /^/;
/** Which folder may import what; types count like everything else. */
const layers: Readonly<Record<string, Layer>> = {
	'src/protocol': { folders: [], packages: none },
	'src/base': { folders: [], packages: none },
	'src/runtime': { folders: ['src/protocol'], packages: /^(node:|lru-cache$)/ },
	'src/analysis': { folders: ['src/protocol', 'src/base'], packages: none },
	'src/engine': { folders: ['src/analysis', 'src/protocol', 'src/base'], packages: any },
	'src/extension': { folders: ['src/analysis', 'src/base', 'src/engine', 'src/protocol'], packages: any },
	'src/cli': { folders: ['src/analysis', 'src/base', 'src/engine', 'src/protocol'], packages: any },
	webview: {
		folders: ['src/protocol', 'src/analysis'],
		packages: /^(preact|@preact\/|uplot|@vscode\/webview-ui-toolkit)/,
	},
};
/** Beside the library, loaded when graphics memory is asked for. */
const GPU = 'src/runtime/gpu.ts';
/** Of single formats; loaded by name when they are first used, so that only their types are imported. */
const PEERS = /^(sharp|h5wasm|mpg123-decoder|@wasm-audio-decoders\/|ogg-opus-decoder)/;
const TOOLKIT = '@vscode/webview-ui-toolkit';

function violations(modules: readonly Module[]): string[] {
	return modules.flatMap(({ file, imports }) =>
		imports.filter(({ to, typeOnly }) => !isAllowed(file, to, typeOnly)).map(({ to }) => `${file} imports ${to}`),
	);
}

function isAllowed(file: string, to: string, typeOnly: boolean): boolean {
	const own = Object.keys(layers).find(folder => file.startsWith(`${folder}/`));
	const layer = own === undefined ? undefined : layers[own];
	if (own === undefined || !layer) return false;
	if (to === GPU) return false;
	if (/^(src|webview)\//.test(to)) return [own, ...layer.folders].some(folder => to.startsWith(`${folder}/`));
	if (to === 'vscode') return own === 'src/extension';
	if (/^systeminformation(\/|$)/.test(to) && file === GPU) return true;
	if (PEERS.test(to)) return typeOnly && /^src\/runtime\/(formats|images|media)\//.test(file);
	if (to.startsWith(TOOLKIT)) return file === 'webview/controls.ts';
	return layer.packages.test(to);
}

describe('layers', () => {
	it('hold in every module', () => {
		const modules = modulesIn('src', 'webview');
		assert.ok(modules.length > 50, `only ${modules.length} modules were found`);
		assert.deepEqual(violations(modules), []);
	});

	const offenders: readonly (readonly [file: string, text: string])[] = [
		['src/protocol/x.ts', `import { join } from 'node:path';`],
		['src/base/x.ts', `import type { Entry } from '../protocol/entries.ts';`],
		['src/runtime/x.ts', `import type { Event } from '../base/emitter.ts';`],
		['src/runtime/x.ts', `export * from 'systeminformation';`],
		['src/runtime/x.ts', `export * from './gpu.ts';`],
		['src/analysis/x.ts', `const fs = await import('node:fs');`],
		['src/analysis/x.ts', `export type X = import('../engine/session.ts').SessionCore;`],
		['src/engine/x.ts', `import { region } from '../runtime/index.ts';`],
		['src/engine/x.ts', `import type { Uri } from 'vscode';`],
		['src/cli/x.ts', `import { activate } from '../extension/extension.ts';`],
		['src/cli/x.ts', `const vscode = require('vscode');`],
		['src/extension/x.ts', `import { main } from '../cli/main.ts';`],
		['src/extension/x.ts', `import '${TOOLKIT}';`],
		['webview/x.tsx', `export { session } from '../src/engine/session.ts';`],
		['webview/x.tsx', `import { readFileSync } from 'node:fs';`],
		['webview/x.tsx', `import { vsCodeButton } from '${TOOLKIT}';`],
		['src/newFolder/x.ts', `import './y.ts';`],
	];
	for (const [file, text] of offenders) {
		it(`do not let ${file} say ${text}`, () => assert.equal(violations([moduleOf(file, text)]).length, 1));
	}

	it('let the toolkit into the one file that is for it', () => {
		assert.deepEqual(violations([moduleOf('webview/controls.ts', `import '${TOOLKIT}';`)]), []);
	});
});
