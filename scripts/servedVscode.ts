import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installServedVscode } from './installServedVscode.ts';
import { nodeBinary } from './nodes.ts';
import { serverUrl, type WindowOptions } from './serverUrl.ts';
import { signalTree, stopTree } from './stopTree.ts';

export interface ServedVscodeOptions {
	/** The extension under development, an absolute path. */
	readonly extensionPath: string;
	/** Where the server keeps its state; a fresh folder for each test. */
	readonly serverDataDir: string;
	/** Chosen by the system when left out. */
	readonly port?: number;
	/** On top of the presets below. Written only where the folder has no settings yet: later ones belong to the user. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** `restricted` opens the folder in Restricted Mode, `granted` (default) trusts it without asking. */
	readonly workspaceTrust?: 'granted' | 'restricted';
	/** For the server and so for its extension host. */
	readonly env?: NodeJS.ProcessEnv;
}

export interface ServedVscode {
	readonly port: number;
	url(window: Omit<WindowOptions, 'extensionPath'>): string;
	/** The last 64 Ki characters that the server wrote. */
	log(): string;
	stop(): Promise<void>;
	/** Settles with the exit code when the server has ended, for whatever reason. */
	readonly stopped: Promise<number | null>;
}

/** A window that shows the extension and nothing that asks for attention. */
const presets = {
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'workbench.startupEditor': 'none',
	'workbench.tips.enabled': false,
	'workbench.welcomePage.walkthroughs.openOnInstall': false,
	'workbench.layoutControl.enabled': false,
	'chat.commandCenter.enabled': false,
	'chat.disableAIFeatures': true,
	'extensions.ignoreRecommendations': true,
	'extensions.autoCheckUpdates': false,
	'git.openRepositoryInParentFolders': 'never',
	// The inspector's port of a profiled script is nothing to offer to the user.
	'remote.autoForwardPorts': false,
	'telemetry.telemetryLevel': 'off',
	'update.mode': 'none',
};

const startDeadlineMs = 60_000;
const logLimit = 64 * 1024;

/** Starts the VS Code server on the loopback and returns when it answers. It ends with this process. */
export async function startServedVscode(options: ServedVscodeOptions): Promise<ServedVscode> {
	const { serverDataDir, port = 0, workspaceTrust = 'granted' } = options;
	const main = await installServedVscode();
	await writeSettings(serverDataDir, { ...presets, ...options.settings });
	const extensionPath = await linkExtension(serverDataDir, options.extensionPath);
	const token = randomBytes(16).toString('hex');
	const args = [
		...['--host', '127.0.0.1', '--port', String(port), '--connection-token', token],
		...['--accept-server-license-terms', '--telemetry-level', 'off', '--server-data-dir', serverDataDir],
		// Without it a built VS Code ignores the paths of an extension under development and of its tests.
		'--enable-smoke-test-driver',
		...(workspaceTrust === 'granted' ? ['--disable-workspace-trust'] : []),
	];
	const child = spawn(await nodeBinary(24), [join(import.meta.dirname, 'serverChild.ts'), main, ...args], {
		cwd: dirname(dirname(main)),
		// No gallery: the window neither looks for updates nor asks the network for anything.
		env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env },
		stdio: ['pipe', 'pipe', 'pipe'],
		detached: process.platform !== 'win32',
	});
	const killNow = () => signalTree(child, 'SIGKILL');
	process.once('exit', killNow);
	const stopped = new Promise<number | null>(resolve => {
		child.once('error', () => resolve(null));
		child.once('exit', code => resolve(code));
	});
	void stopped.then(() => process.removeListener('exit', killNow));
	const output = collectOutput(child);
	try {
		const opened = await listeningPort(child, output);
		await answers(opened);
		return {
			port: opened,
			url: window => serverUrl({ port: opened, token }, { ...window, extensionPath }),
			log: output.text,
			stop: () => stopTree(child),
			stopped,
		};
	} catch (error) {
		await stopTree(child);
		throw new Error(`The served VS Code did not start. It wrote:\n${output.text()}`, { cause: error });
	}
}

/**
 * The extension by another path: VS Code takes every colour theme below an extension under development for its own and
 * insists on it, and its built-in ones lie in a folder of this project.
 */
async function linkExtension(serverDataDir: string, extensionPath: string): Promise<string> {
	const link = join(serverDataDir, 'extension');
	await rm(link, { force: true });
	await symlink(extensionPath, link, 'junction');
	return link;
}

/** The window follows what is written there. */
export const settingsFile = (serverDataDir: string): string => join(serverDataDir, 'data', 'Machine', 'settings.json');

async function writeSettings(serverDataDir: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
	const file = settingsFile(serverDataDir);
	if (existsSync(file)) return;
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, `${JSON.stringify(settings, undefined, '\t')}\n`);
}

interface Output {
	text(): string;
	onDidGrow(listener: () => void): void;
}

function collectOutput(child: ChildProcess): Output {
	let text = '';
	const listeners: (() => void)[] = [];
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (chunk: string) => {
			text = (text + chunk).slice(-logLimit);
			for (const listener of listeners) listener();
		});
	}
	return { text: () => text, onDidGrow: listener => listeners.push(listener) };
}

/** The system chose the port, so the server says which: no other process can take it in between. */
function listeningPort(child: ChildProcess, output: Output): Promise<number> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`not listening after ${startDeadlineMs} ms`)), startDeadlineMs);
		child.once('error', error => settle(() => reject(error)));
		child.once('exit', code => settle(() => reject(new Error(`ended with exit code ${code}`))));
		output.onDidGrow(() => {
			const port = /Extension host agent listening on (\d+)/.exec(output.text())?.[1];
			if (port) settle(() => resolve(Number(port)));
		});
		function settle(outcome: () => void): void {
			clearTimeout(timer);
			outcome();
		}
	});
}

async function answers(port: number): Promise<void> {
	const response = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(startDeadlineMs) });
	await response.text();
	if (!response.ok) throw new Error(`the server answered ${response.status}`);
}
