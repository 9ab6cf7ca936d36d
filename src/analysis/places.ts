import type { Frame, Site } from '../protocol/entries.ts';
import { visibleText } from '../protocol/text.ts';

/** A file as people name it: relative to `cwd` when it lies inside, `node_modules/…` for a package, else as it is. */
export function shortPath(file: string, cwd: string): string {
	const path = slashed(file.startsWith('file://') ? file.slice('file://'.length) : file);
	const packages = path.lastIndexOf('node_modules/');
	if (packages >= 0) return path.slice(packages);
	const folder = `${slashed(cwd).replace(/\/$/, '')}/`;
	return cwd !== '' && path.startsWith(folder) ? path.slice(folder.length) : path;
}

/** `lib/parse.mjs:41`, or an empty text where there is no file. */
export function placeText({ file, line }: Pick<Site, 'file' | 'line'>, cwd: string): string {
	if (file === '') return '';
	const path = visibleText(shortPath(file, cwd), 200);
	return line > 0 ? `${path}:${line}` : path;
}

/** What a frame is called in a table or a flame graph. */
export function frameName(frame: Frame): string {
	return frame.functionName === '' ? '(anonymous)' : visibleText(frame.functionName);
}

const WINDOWS = /^([a-zA-Z]:[\\/]|\\\\)/;
const slashed = (path: string): string => (WINDOWS.test(path) ? path.replaceAll('\\', '/') : path);

/** Whether an editor can show the frame: Node's own sources, WebAssembly, evaluated and native code have no file. */
export const hasSource = ({ file, line }: Frame): boolean =>
	line > 0 && (file.startsWith('/') || file.startsWith('file:') || WINDOWS.test(file));
