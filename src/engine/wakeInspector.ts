import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import CDP from 'chrome-remote-interface';
import { errors } from './errors.ts';
import { CdpClient } from './inspector/cdp.ts';
import { isAlive } from './processRss.ts';

const HOST = '127.0.0.1';
/** Where Node opens its inspector when it is asked to by a signal and no other port was named at its start. */
const DEFAULT_PORT = 9229;
const WAIT_MS = 5_000;
const STEP_MS = 50;
const run = promisify(execFile);

export interface Awake {
	address: string;
	/** We opened it, by Node's own signal for that. */
	opened: boolean;
}

/** The inspector of a running Node process: the one it has, else Node is asked to open it. Rejects with a UserError. */
export async function wakeInspector(pid: number): Promise<Awake> {
	if (!isAlive(pid)) throw errors.noSuchProcess(pid);
	// The signal ends a process that is not Node.
	if (!(await isNode(pid))) throw errors.notANodeProcess(pid);
	const port = namedPort(pid) ?? DEFAULT_PORT;
	const present = await pidBehind(port);
	if (present === pid) return { address: `${HOST}:${port}`, opened: false };
	// Asked now, Node would say on its stderr that it failed.
	if (present !== undefined) throw errors.inspectorPortTaken(pid, port, present);
	if (!awaitsSignal(pid)) throw errors.inspectorNotOpened(pid, port);
	wake(pid);
	for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; ) {
		const found = await pidBehind(port);
		if (found === pid) return { address: `${HOST}:${port}`, opened: true };
		if (found !== undefined) throw errors.inspectorPortTaken(pid, port, found);
		await new Promise(resolve => setTimeout(resolve, STEP_MS));
	}
	throw errors.inspectorNotOpened(pid, port);
}

/** Closes what `wakeInspector` opened, so that the process is left as it was found. Best effort: the process may be gone. */
export async function closeInspector(address: string): Promise<void> {
	try {
		const [host = HOST, port] = address.split(':');
		const client = await firstTarget(host, Number(port));
		// Not before this connection is closed: Node waits for all of them. What is thrown in a timer would end the process: an early
		// Node 20 gives an ES module neither of the two ways.
		const close =
			"setTimeout(() => { try { (process.getBuiltinModule ?? (name => process.mainModule.require(name)))('inspector').close(); } catch {} }, 100).unref()";
		await client?.send('Runtime.evaluate', { expression: close, returnByValue: true });
		await client?.close();
	} catch {
		// Gone with its process, or it never had one.
	}
}

/** Process id of the Node whose inspector listens on the port; `undefined` when none answers. */
export async function pidBehind(port: number): Promise<number | undefined> {
	let client: CdpClient | undefined;
	try {
		client = await firstTarget(HOST, port);
		const reply = await client?.send('Runtime.evaluate', { expression: 'process.pid', returnByValue: true });
		const value: unknown = reply?.result.value;
		return typeof value === 'number' ? value : undefined;
	} catch {
		return undefined;
	} finally {
		await client?.close();
	}
}

async function firstTarget(host: string, port: number): Promise<CdpClient | undefined> {
	const [found] = await CDP.List({ host, port });
	return found?.webSocketDebuggerUrl ? CdpClient.connect(found.webSocketDebuggerUrl) : undefined;
}

function wake(pid: number): void {
	// Node's own way, on all systems: SIGUSR1, or on Windows a thread that is started inside the process.
	const debugProcess = (process as unknown as { _debugProcess(pid: number): void })._debugProcess;
	try {
		debugProcess(pid);
	} catch (error) {
		throw errors.cannotSignal(pid, error);
	}
}

/** False where Linux knows that nobody takes SIGUSR1, which would then end the process, or that the number is that of a thread. */
function awaitsSignal(pid: number): boolean {
	if (process.platform !== 'linux') return true;
	try {
		const status = readFileSync(`/proc/${pid}/status`, 'latin1');
		const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1];
		if (!new RegExp(`^Tgid:\\s*${pid}$`, 'm').test(status)) return false;
		return caught === undefined || ((BigInt(`0x${caught}`) >> BigInt(constants.signals.SIGUSR1 - 1)) & 1n) === 1n;
	} catch {
		// Gone meanwhile: the signal says so.
		return true;
	}
}

async function isNode(pid: number): Promise<boolean> {
	const name = await programName(pid);
	return name !== undefined && /^node(js)?(\.exe)?( \(deleted\))?$/i.test(basename(name.trim()));
}

async function programName(pid: number): Promise<string | undefined> {
	try {
		if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/exe`);
		if (process.platform === 'win32') {
			return (await run('powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).Path`])).stdout;
		}
		return (await run('ps', ['-o', 'comm=', '-p', String(pid)])).stdout;
	} catch {
		return undefined;
	}
}

/** The port that the process was told to use: `--inspect-port=`, `--debug-port=` or that of `--inspect…=`. Linux only. */
function namedPort(pid: number): number | undefined {
	if (process.platform !== 'linux') return undefined;
	try {
		const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
		for (const word of words) {
			const match = /^--(?:inspect(?:-brk|-wait)?|inspect-port|debug-port)=(?:.*:)?(\d{1,5})$/.exec(word);
			const port = Number(match?.[1]);
			if (port > 0 && port <= 65_535) return port;
		}
	} catch {
		// Not ours to read: the default is tried.
	}
	return undefined;
}
