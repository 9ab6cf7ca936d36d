import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { launchSession } from '../engine/launchSession.ts';
import type { LaunchTarget, ProfileSession } from '../engine/sessionTypes.ts';
import type { EndReason } from '../protocol/entries.ts';

const MB = 1024 * 1024;
const STDERR_KEPT = 2_000;
const SAMPLES_PER_SECOND = 50;

/** One way to run the script. */
export interface Configuration {
	name: string;
	env: Readonly<Record<string, string>>;
	/** Flags for Node, given through NODE_OPTIONS. */
	nodeOptions: readonly string[];
	/** It only changes what `memory-manager-runtime` does. */
	needsRuntime: boolean;
}

export interface Trial {
	configuration: Configuration;
	/** `overLimit`: its RSS passed the limit and it was ended. */
	outcome: 'survived' | 'overLimit' | 'outOfMemory' | 'failed' | 'notRun';
	/** Absent when it was not run. */
	end?: EndReason;
	/** Highest RSS that was seen. */
	peakRssBytes?: number;
	ms?: number;
	gcPauseMs?: number;
	/** SHA-256 of what it wrote to stdout. */
	outputDigest?: string;
	/** The end of what a run that failed wrote to stderr. */
	stderrTail?: string;
	/** Whether the script used the runtime's limits. */
	usesRuntime: boolean;
}

export interface TrialOptions {
	target: LaunchTarget;
	cwd: string;
	runtimeDir: string;
	nodePath?: string;
	maxBytes: number;
	signal: AbortSignal;
}

/** What is tried for a limit, cheapest for the user first. */
export function configurationsFor(maxBytes: number): Configuration[] {
	const megabytes = Math.floor(maxBytes / MB);
	const heapLimit = `--max-old-space-size=${Math.max(16, Math.floor(megabytes * 0.7))}`;
	const budget = { MEMORY_MANAGER_MAX_MEMORY: `${megabytes}MB` };
	return [
		{ name: 'as it is', env: {}, nodeOptions: [], needsRuntime: false },
		{ name: 'heap limit', env: {}, nodeOptions: [heapLimit], needsRuntime: false },
		{ name: 'small young space', env: {}, nodeOptions: [heapLimit, '--max-semi-space-size=2'], needsRuntime: false },
		{ name: 'budget', env: budget, nodeOptions: [], needsRuntime: true },
		{
			name: 'constrained',
			env: { ...budget, MEMORY_MANAGER_PROFILE: 'constrained' },
			nodeOptions: [],
			needsRuntime: true,
		},
		{
			name: 'constrained, heap limit',
			env: { ...budget, MEMORY_MANAGER_PROFILE: 'constrained' },
			nodeOptions: [heapLimit],
			needsRuntime: true,
		},
	];
}

/** Runs the script once in this way and ends it when its RSS passes the limit. Rejects with a UserError when it cannot be started. */
export async function tryOut(configuration: Configuration, options: TrialOptions): Promise<Trial> {
	const began = performance.now();
	const session = await launchSession({
		target: options.target,
		cwd: options.cwd,
		runtimeDir: options.runtimeDir,
		env: environment(configuration),
		signal: options.signal,
		sampling: { allocations: false, samplesPerSecond: SAMPLES_PER_SECOND },
		...(options.nodePath !== undefined && { nodePath: options.nodePath }),
	});
	session.stdin?.end();
	const digest = digestOf(session.stdout);
	const tail = tailOf(session.stderr);
	let isOver = false;
	const watch = session.onDidAddEntries(entries => {
		if (isOver || !entries.some(entry => entry.type === 'sample' && (entry.rssBytes ?? 0) > options.maxBytes)) return;
		isOver = true;
		session.kill('SIGKILL');
	});
	const end = await session.ended;
	watch.dispose();
	const outcome = isOver ? 'overLimit' : outcomeOf(end);
	return {
		configuration,
		outcome,
		end,
		...figuresOf(session),
		ms: performance.now() - began,
		usesRuntime: session.model.runtime.config !== undefined,
		...(outcome === 'survived' && { outputDigest: await digest }),
		...(outcome === 'failed' && { stderrTail: await tail }),
	};
}

const figuresOf = ({ model: { peakRss, gcTotals } }: ProfileSession) => ({
	...(peakRss && { peakRssBytes: peakRss.bytes }),
	...(gcTotals.count > 0 && { gcPauseMs: gcTotals.pauseMs }),
});

function outcomeOf(end: EndReason): Trial['outcome'] {
	if (end.kind === 'exit') return end.code === 0 ? 'survived' : 'failed';
	// V8 ends a process that has no heap left with SIGABRT.
	return end.kind === 'outOfMemory' || end.kind === 'memoryKill' || (end.kind === 'signal' && end.signal === 'SIGABRT')
		? 'outOfMemory'
		: 'failed';
}

function environment({ env, nodeOptions }: Configuration): NodeJS.ProcessEnv {
	const own = process.env.NODE_OPTIONS ?? '';
	const options = [own, ...nodeOptions].filter(text => text !== '').join(' ');
	return { ...process.env, ...env, ...(options !== '' && { NODE_OPTIONS: options }) };
}

async function digestOf(stream: Readable | undefined): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of stream ?? []) hash.update(chunk as Buffer);
	return hash.digest('hex');
}

async function tailOf(stream: Readable | undefined): Promise<string> {
	let tail = '';
	for await (const chunk of stream ?? []) tail = (tail + String(chunk)).slice(-STDERR_KEPT);
	return tail;
}
