import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import CDP from 'chrome-remote-interface';
import { projectRoot } from '../../../scripts/paths.ts';
import type { Drained, OffHeapReport, RuntimeEntry } from '../../../src/protocol/runtimeLink.ts';
import { HUB_KEY, LINK_VARIABLE, NOTIFY_BINDING, parseRendezvous } from '../../../src/protocol/runtimeLink.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

export const runtimeFolder = join(projectRoot, 'dist/runtime');
export const fixtures = join(projectRoot, 'test/fixtures/runtime');
const preload = join(runtimeFolder, 'preload.cjs');

export interface Outcome {
	code: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
	ms: number;
}

/** An environment that holds nothing of the test runner's. */
export function plainEnvironment(): NodeJS.ProcessEnv {
	const { PATH, HOME } = process.env;
	return { PATH, HOME, MARK: 'kept' };
}

export async function run(
	node: string,
	args: string[],
	env: NodeJS.ProcessEnv,
	cwd = fixtures,
	detached = false,
): Promise<Outcome> {
	return outcome(spawn(node, args, { env, cwd, detached, stdio: ['ignore', 'pipe', 'pipe'] }));
}

export async function outcome(child: ChildProcess): Promise<Outcome> {
	const began = performance.now();
	let stdout = '';
	let stderr = '';
	child.stdout?.setEncoding('utf8').on('data', text => {
		stdout += text;
	});
	child.stderr?.setEncoding('utf8').on('data', text => {
		stderr += text;
	});
	const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	return { code, signal, stdout, stderr, ms: performance.now() - began };
}

/** The environment of a profiled script whose engine has the id `hostPid`. */
export function linkedEnvironment(
	dir: string,
	hostPid: number,
	env = plainEnvironment(),
	quietTerminal = false,
	offHeap = false,
): NodeJS.ProcessEnv {
	const { NODE_OPTIONS: nodeOptions } = env;
	const link = { dir, hostPid, quietTerminal, offHeap, ...(nodeOptions !== undefined && { nodeOptions }) };
	const options = ['--inspect-publish-uid=http', '--require', preload, ...(nodeOptions ? [nodeOptions] : [])];
	return { ...env, NODE_OPTIONS: options.join(' '), [LINK_VARIABLE]: JSON.stringify(link) };
}

/** Of a process that has ended: nobody waits for it, and nobody has its number again so soon. */
export async function deadPid(): Promise<number> {
	const child = spawn(process.execPath, ['-e', '']);
	await once(child, 'close');
	return child.pid ?? 0;
}

export interface Profiled extends Outcome {
	entries: RuntimeEntry[];
	/** What came with the binding, in order. */
	notes: string[];
	/** What was told of memory outside the heap, in order. */
	offHeap: OffHeapReport[];
}

export interface ProfileOptions {
	whileRunning?: (evaluate: (expression: string) => Promise<unknown>) => Promise<void>;
	quietTerminal?: boolean;
	hostPid?: number;
	cwd?: string;
	/** As the leader of a process group of its own. */
	detached?: boolean;
	/** Attribute memory outside the heap; drained again and again while the script runs. */
	offHeap?: boolean;
	/** Flags for Node. */
	flags?: string[];
	/** Instead of draining and releasing; gets the directory of the rendezvous. */
	onEnding?: (dir: string) => void;
}

/** Runs a script with the smallest engine there can be: connects, lets it go, drains at its end, releases it. */
export async function profile(node: string, args: string[], options: ProfileOptions = {}): Promise<Profiled> {
	const {
		whileRunning,
		quietTerminal = false,
		hostPid = process.pid,
		cwd = fixtures,
		detached = false,
		onEnding,
		offHeap = false,
		flags = [],
	} = options;
	const folder = temporaryFolder('runtime');
	const env = linkedEnvironment(folder.path, hostPid, plainEnvironment(), quietTerminal, offHeap);
	const child = spawn(node, [...flags, ...args], { env, cwd, detached, stdio: ['ignore', 'pipe', 'pipe'] });
	const ended = outcome(child);
	try {
		const name = await waitFor(() => readdirSync(folder.path).find(file => /^\d+\.json$/.test(file)), {
			what: 'the address of the inspector',
		});
		const address = parseRendezvous(readFileSync(join(folder.path, name), 'utf8'));
		if (!address || !('url' in address)) throw new Error(`no address: ${JSON.stringify(address)}`);
		const client = await CDP({ target: address.url, local: true });
		const evaluate = async (expression: string): Promise<unknown> => {
			const { result, exceptionDetails } = await client.Runtime.evaluate({ expression, returnByValue: true });
			if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
			return result.value;
		};
		const hub = `globalThis[Symbol.for(${JSON.stringify(HUB_KEY)})]`;
		const notes: string[] = [];
		const entries: RuntimeEntry[] = [];
		const reports: OffHeapReport[] = [];
		const drain = async () => {
			const drained = (await evaluate(`${hub}.drain()`)) as Drained;
			entries.push(...drained.entries);
			if (drained.offHeap) reports.push(drained.offHeap);
		};
		let polling: Promise<void> | undefined;
		let isEnding = false;
		client.Runtime.bindingCalled(async ({ payload }) => {
			notes.push(payload);
			if (payload !== 'ending') return;
			if (onEnding) return onEnding(folder.path);
			isEnding = true;
			await polling;
			await drain();
			await client.close();
			writeFileSync(join(folder.path, `${address.pid}.release`), '');
		});
		// Bound to the script's own context: others that it makes must not find the binding among their globals.
		await Promise.all([
			client.Runtime.enable(),
			client.Runtime.addBinding({ name: NOTIFY_BINDING, executionContextId: 1 }),
		]);
		await evaluate(`${hub}.go()`);
		if (offHeap) polling = poll();
		await whileRunning?.(evaluate);
		return { ...(await ended), entries, notes, offHeap: reports };

		async function poll(): Promise<void> {
			while (!isEnding && child.exitCode === null) {
				await drain().catch(() => {
					isEnding = true;
				});
				await setTimeout(50);
			}
		}
	} finally {
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
		await folder.remove();
	}
}

/** The bundles are what runs in the script, so they are what is tested. */
export function requireBundles(): void {
	if (!existsSync(preload)) throw new Error('dist/runtime is missing: run `npm run compile` first.');
}
