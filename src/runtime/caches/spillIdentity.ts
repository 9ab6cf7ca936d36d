import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { performance } from 'node:perf_hooks';

/**
 * A folder's name tells which process made it, so that another can see that it is gone: its id, the machine (and on Linux the
 * name space of process ids, for containers may share a disk), and its start, for ids are used again.
 */
export interface Maker {
	readonly pid: number;
	readonly machine: string;
	/** Linux: ticks since the machine came up, with the machine's start in `machine`. Elsewhere ms since 1970. */
	readonly start: string;
}

const PREFIX = 'memory-manager-spill';
const NAME = /^memory-manager-spill-(\d+)-([0-9a-f]{12})-([0-9]+)-[A-Za-z0-9]+$/;
/** Clocks are set while machines run. */
const CLOCK_SLACK_MS = 120_000;

let own: Maker | undefined;

export function thisProcess(): Maker {
	own ??= {
		pid: process.pid,
		machine: machineToken(),
		start: linuxStart('self') ?? String(Math.round(performance.timeOrigin)),
	};
	return own;
}

export function folderPrefix({ pid, machine, start }: Maker): string {
	return `${PREFIX}-${pid}-${machine}-${start}-`;
}

export function makerOf(folder: string): Maker | undefined {
	const [, pid, machine, start] = NAME.exec(folder) ?? [];
	if (pid === undefined || machine === undefined || start === undefined) return undefined;
	return { pid: Number(pid), machine, start };
}

/** Whether the maker certainly does not run any more. In doubt (another machine, another container) it is not gone. */
export function isGone(maker: Maker): boolean {
	const me = thisProcess();
	if (maker.machine !== me.machine) return false;
	if (maker.pid === me.pid) return maker.start !== me.start;
	if (!isAlive(maker.pid)) return true;
	if (process.platform === 'linux') {
		const start = linuxStart(String(maker.pid));
		return start !== undefined && start !== maker.start;
	}
	// A process from before the machine came up.
	return Number(maker.start) < Date.now() - uptime() * 1_000 - CLOCK_SLACK_MS;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Not ours to signal, but there.
		return (error as NodeJS.ErrnoException).code !== 'ESRCH';
	}
}

/** Field 22 of `/proc/<pid>/stat`; the second may hold blanks and brackets. */
function linuxStart(pid: string): string | undefined {
	if (process.platform !== 'linux') return undefined;
	const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
	return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function machineToken(): string {
	const facts = [hostname()];
	if (process.platform === 'linux') {
		facts.push(attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')) ?? '');
		facts.push(attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '');
	}
	return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 12);
}

function attempt<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
