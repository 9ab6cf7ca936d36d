import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isRecord } from '../../protocol/guards.ts';
import { parseJson } from '../../protocol/recording.ts';
import { RUNTIME_PACKAGE } from '../../protocol/runtimeLink.ts';
import { extensionErrors } from '../extensionErrors.ts';

/** Where the copy lies in the project, to be committed with it: `npm install` needs no network for it. */
export const VENDOR_FOLDER = `vendor/${RUNTIME_PACKAGE}`;
const SPEC = `file:${VENDOR_FOLDER}`;
/** What only the profiler itself loads. */
const PROFILER_ONLY = /^(?:(?:preload|preloadGuest|resolveHooks)\.[mc]js(?:\.map)?|lookup)$/;

/**
 * Puts the runtime package of the extension into the project of `packageJson`: a copy in {@link VENDOR_FOLDER}, a `file:`
 * dependency on it, and the link in `node_modules` that `npm install` would make. Rejects with an error of the catalogue.
 */
export async function installRuntime(packageJson: string, runtimeDir: string): Promise<void> {
	if (!existsSync(join(runtimeDir, 'package.json'))) throw extensionErrors.runtimeMissing(runtimeDir);
	const text = await readFile(packageJson, 'utf8');
	const changed = withDependency(text, packageJson);
	const project = dirname(packageJson);
	await copyRuntime(runtimeDir, join(project, VENDOR_FOLDER));
	if (changed !== text) await replaceFile(packageJson, changed);
	await linkModule(project);
}

/** The package.json with the dependency, otherwise as it was: indentation and last line feed stay. */
export function withDependency(text: string, path: string): string {
	const value = parseJson(text.replace(/^\ufeff/, ''));
	if (!isRecord(value)) throw extensionErrors.brokenPackageJson(path, new Error('it is not a JSON object'));
	const { dependencies = {} } = value;
	if (!isRecord(dependencies)) {
		throw extensionErrors.brokenPackageJson(path, new Error('its "dependencies" are not an object'));
	}
	if (dependencies[RUNTIME_PACKAGE] === SPEC) return text;
	const sorted = Object.entries({ ...dependencies, [RUNTIME_PACKAGE]: SPEC }).sort(([a], [b]) => (a < b ? -1 : 1));
	const indent = /^[\t ]+(?=")/m.exec(text)?.[0] ?? '\t';
	const written = JSON.stringify({ ...value, dependencies: Object.fromEntries(sorted) }, undefined, indent);
	const withLineEnds = text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
	return withLineEnds + (/\r?\n$/.exec(text)?.[0] ?? '');
}

async function copyRuntime(from: string, to: string): Promise<void> {
	// Beside it first: an interrupted copy must not look like a whole one.
	const fresh = `${to}.new`;
	await rm(fresh, { recursive: true, force: true });
	await mkdir(dirname(to), { recursive: true });
	await cp(from, fresh, { recursive: true, filter: source => !PROFILER_ONLY.test(basename(source)) });
	await rm(to, { recursive: true, force: true });
	await rename(fresh, to);
}

async function replaceFile(path: string, text: string): Promise<void> {
	const fresh = `${path}.new`;
	await writeFile(fresh, text);
	await rename(fresh, path);
}

/** What is there already was installed by somebody and stays. */
async function linkModule(project: string): Promise<void> {
	const link = join(project, 'node_modules', RUNTIME_PACKAGE);
	try {
		await lstat(link);
	} catch {
		await mkdir(dirname(link), { recursive: true });
		const isWindows = process.platform === 'win32';
		const target = isWindows ? join(project, VENDOR_FOLDER) : join('..', VENDOR_FOLDER);
		await symlink(target, link, isWindows ? 'junction' : 'dir');
	}
}
