import { fileURLToPath } from 'node:url';
import type { FrameKind } from '../../protocol/entries.ts';
import type { CallFrame } from './sampler.ts';

/** A function as V8's sampler knows it. */
export interface AllocationFrame {
	functionName: string;
	/** A path, or a `node:` name; empty for what is built into V8. */
	file: string;
	/** Where the function begins, 1-based; 0 where there is none. V8 does not tell the line inside the function. */
	line: number;
	column: number;
	/** Whose code it is; `profiler` is this library's own. */
	kind: FrameKind;
}

const INSTALLED = /[\\/]node_modules[\\/]memory-manager-runtime[\\/]/;

export function frameOf({ functionName, url, lineNumber, columnNumber }: CallFrame): AllocationFrame {
	const file = pathOf(url);
	return { functionName, file, line: lineNumber + 1, column: columnNumber + 1, kind: kindOf(file) };
}

function pathOf(url: string): string {
	if (!url.startsWith('file:')) return url;
	try {
		return fileURLToPath(url);
	} catch {
		return url;
	}
}

function kindOf(file: string): FrameKind {
	if (file === '' || file.startsWith('wasm:')) return 'native';
	if (file.startsWith('memory-manager:') || INSTALLED.test(file) || isOurs(file)) return 'profiler';
	if (file.startsWith('node:') || file.startsWith('internal/') || file === 'evalmachine.<anonymous>') return 'node';
	return /[\\/]node_modules[\\/]/.test(file) ? 'dependency' : 'user';
}

let ownFolder: string | undefined;

function isOurs(file: string): boolean {
	ownFolder ??= findOwnFolder();
	return ownFolder !== '' && file.startsWith(ownFolder);
}

/** Where this library lies, with the last separator. Empty when it is part of a program's own bundle: then nothing tells the two apart. */
function findOwnFolder(): string {
	const file = ownFile() ?? '';
	const [, folder = ''] =
		/^(.*[\\/])leaks[\\/]places\.ts$/.exec(file) ?? /^(.*[\\/]runtime[\\/])index\.cjs$/.exec(file) ?? [];
	return folder;
}

/** From the stack: the bundle is CommonJS, where there is no `import.meta`. */
function ownFile(): string | undefined {
	const [, line = ''] = new Error('where').stack?.split('\n') ?? [];
	const [, place = ''] = /\(?((?:file:|[\\/]|[A-Za-z]:).*):\d+:\d+\)?$/.exec(line) ?? [];
	return place === '' ? undefined : pathOf(place);
}
