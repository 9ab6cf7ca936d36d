import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { npmInstall } from './command.ts';
import { type Installation, installOnce, isInstalled } from './installOnce.ts';
import { cacheFolder } from './paths.ts';

export type NodeMajor = 20 | 22 | 24 | 26;
export const allNodes: readonly NodeMajor[] = [20, 22, 24, 26];
/** The oldest and the newest: for what does not differ in between, and takes long. */
export const outerNodes = [20, 26] as const satisfies readonly NodeMajor[];

/** Exact, so that a result can be repeated; sizes are those of Linux x64. */
const releases: Readonly<Record<NodeMajor, { readonly version: string; readonly size: string }>> = {
	20: { version: '20.20.2', size: '42 MB to download, 150 MB on disk' },
	22: { version: '22.23.3', size: '50 MB to download, 180 MB on disk' },
	24: { version: '24.21.0', size: '50 MB to download, 185 MB on disk' },
	26: { version: '26.10.0', size: '54 MB to download, 210 MB on disk' },
};

/** The path of a Node of this major version, installed from npm where it is not there yet. */
export async function nodeBinary(major: NodeMajor): Promise<string> {
	const { version } = releases[major];
	// The project's own Node (`npm run` uses it) need not be there twice.
	if (process.versions.node === version) return process.execPath;
	await installOnce(installation(major));
	return binary(installation(major).folder);
}

/** What `nodeBinary` would download for all versions, as lines for the user. */
export function missingNodes(): string[] {
	return allNodes
		.filter(major => process.versions.node !== releases[major].version)
		.map(installation)
		.filter(wanted => !isInstalled(wanted))
		.map(({ name, size }) => `${name}: ${size}`);
}

function installation(major: NodeMajor): Installation {
	const { version, size } = releases[major];
	const name = `Node ${version}`;
	return { name, version, size, folder: join(cacheFolder, 'nodes', String(major)), install };

	async function install(folder: string): Promise<void> {
		await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
		await npmInstall(folder, [`${platformPackage()}@${version}`], 'download from npm');
		const { stdout } = await promisify(execFile)(binary(folder), ['--version']);
		if (stdout.trim() !== `v${version}`) throw new Error(`${binary(folder)} is ${stdout.trim()}, expected v${version}`);
	}
}

/**
 * The package `node` only picks one of these in an install script, which npm may be told not to run; the binary itself is
 * in the package of the platform.
 */
function platformPackage(): string {
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
	return `${prefix}-${platform}-${process.arch}`;
}

function binary(folder: string): string {
	return join(folder, 'node_modules', platformPackage(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
