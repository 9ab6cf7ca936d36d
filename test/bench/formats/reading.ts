import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { isRecord } from '../../../src/protocol/guards.ts';

/** What a program of this folder tells of its reading. */
export interface Reading {
	readonly ms: number;
	readonly idleRssBytes: number;
	readonly peakRssBytes: number;
	/** Of the peak: what V8's young generation grew by, at the end. */
	readonly youngBytes: number;
	readonly closedRssBytes: number;
	readonly items: number | undefined;
	readonly check: readonly number[];
	/** Of a program that it started; 0 without one. */
	readonly childRssBytes: number;
}

/** Why there is no figure, in the words of the library, and what it took up to there. */
export interface Failure {
	readonly failed: string;
	readonly peakRssBytes: number | undefined;
}

const POLL_MS = 50;
/** Of a library; ours take seconds. */
const LONGEST_MS = 120_000;

/** Runs one of the programs in a fresh process. Rejects for none of its faults. */
export async function reading(program: string, args: readonly string[]): Promise<Reading | Failure> {
	const { NODE_OPTIONS: _, ...env } = process.env;
	const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
	const watched = watch(child);
	const ended = new Promise<string>(resolve => {
		child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
	});
	const tooLong = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
	const [output, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
	clearTimeout(tooLong);
	const { own, child: childRssBytes } = watched();
	const told = lastJson(output);
	if (!told) return { failed: crashOf(errors, end), peakRssBytes: own };
	const { ms, items, check, idleRssBytes = 0, peakRssBytes = 0, youngBytes = 0, closedRssBytes = 0 } = told;
	if (typeof told.failed === 'string') return { failed: told.failed, peakRssBytes: Number(peakRssBytes) };
	return {
		ms: Number(ms),
		idleRssBytes: Number(idleRssBytes),
		peakRssBytes: Number(peakRssBytes),
		youngBytes: Number(youngBytes),
		closedRssBytes: Number(closedRssBytes),
		items: items === undefined ? undefined : Number(items),
		check: [check].flat().map(Number),
		childRssBytes,
	};
}

function lastJson(output: string): Record<string, unknown> | undefined {
	const line = output.trimEnd().split('\n').at(-1) ?? '';
	if (!line.startsWith('{')) return undefined;
	const parsed: unknown = JSON.parse(line);
	return isRecord(parsed) ? parsed : undefined;
}

function crashOf(errors: string, end: string): string {
	if (end === 'SIGKILL') return `stopped after ${LONGEST_MS / 1000} s`;
	const line = errors.split('\n').find(each => /^(FATAL )?\w*Error|heap out of memory/i.test(each));
	return (line ?? end).trim();
}

/** Follows the peaks of the process and of what it starts, bytes, where the system tells (Linux). */
function watch({ pid }: ChildProcess): () => { own: number | undefined; child: number } {
	let own: number | undefined;
	let child = 0;
	const look = (): void => {
		if (pid === undefined) return;
		own = peakOf(pid) ?? own;
		for (const started of childrenOf(pid)) child = Math.max(child, peakOf(started) ?? 0);
	};
	const timer = setInterval(look, POLL_MS);
	return () => {
		clearInterval(timer);
		return { own, child };
	};
}

function peakOf(pid: number): number | undefined {
	const kib = /^VmHWM:\s*(\d+) kB$/m.exec(systemText(`/proc/${pid}/status`))?.[1];
	return kib === undefined ? undefined : Number(kib) * 1024;
}

const childrenOf = (pid: number): number[] =>
	systemText(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

/** Empty where there is no such file: the process has ended, or the system has none. */
function systemText(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
