import { fstatSync, realpathSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { MAIN_PROCESS } from '../analysis/sessionModel.ts';
import { withDeadline } from '../base/deadlines.ts';
import type { EndReason } from '../protocol/entries.ts';
import { RECORDING_FORMAT, type RecordingHeader } from '../protocol/recording.ts';
import { NOTIFY_BINDING } from '../protocol/runtimeLink.ts';
import { endReason } from './endReason.ts';
import { errors, messageOf } from './errors.ts';
import { CdpClient } from './inspector/cdp.ts';
import type { DebuggerWatch } from './inspector/debuggerWatch.ts';
import { expression, go } from './inspector/snippets.ts';
import { HUB_KEY, Target } from './inspector/target.ts';
import { type LaunchPlan, launchPlan } from './launch/launchPlan.ts';
import { RendezvousDirectory } from './launch/rendezvous.ts';
import { resolveTarget } from './launch/resolveTarget.ts';
import { type ProcessEnd, TargetProcess, type TargetStdio } from './launch/targetProcess.ts';
import { MemoryKills } from './memoryKills.ts';
import { DEFAULT_INTERVAL_BYTES, type Observation } from './observation.ts';
import { ObservedSession } from './observedSession.ts';
import { Processes } from './processes/processes.ts';
import type { LaunchOptions, ProfileSession } from './sessionTypes.ts';
import { ENGINE_VERSION } from './version.ts';

/** How many times Node says "Debugger attached.": once for each of our connections. */
const CONNECTIONS = 2;
/** Node's main context is the first that V8 makes. */
const MAIN_CONTEXT = 1;
/** How long after the connection the process itself may go before that counts as the inspector having been closed. */
const LOST_MS = 1_000;
/** How long the last reading may hold up a person who wants the script to stop. */
const STOP_FINISH_MS = 1_000;
/** V8 looks for what it can free some more times before it gives up: seconds with a heap of gigabytes. */
const DEATH_MS = 30_000;
/** How long the last of stderr may take after the process has ended. */
const TAIL_MS = 300;
/** After this long without a Node process the user is told. */
const PATIENCE_MS = 30_000;

/**
 * Starts a script under the inspector and follows it until it has ended. Settles when the process is there; rejects with a
 * UserError when it cannot be started.
 */
export async function launchSession(options: LaunchOptions): Promise<ProfileSession> {
	options.signal?.throwIfAborted();
	const cwd = resolve(options.cwd);
	const env = options.env ?? process.env;
	const { target, node } = await resolveTarget(options.target, options.nodePath, env, cwd);
	// Links are followed: the script's stack traces name the real place, and our frames are known by it.
	const runtimeDir = realpathSync(options.runtimeDir);
	const stdio = targetStdio(options.stdio ?? 'pipe');
	const rendezvous = new RendezvousDirectory();
	try {
		const link = {
			dir: rendezvous.path,
			hostPid: process.pid,
			quietTerminal: stdio === 'inheritAll',
			offHeap: options.sampling?.offHeap !== false,
			children: options.sampling?.children !== false,
		};
		const preload = join(runtimeDir, 'preload.cjs');
		const plan = launchPlan({ target, ...(node && { node }), cwd, env, preload, link });
		const session = new LaunchedSession(plan, { ...options, runtimeDir }, rendezvous);
		await session.start(stdio);
		return session;
	} catch (error) {
		await rendezvous.close();
		throw error;
	}
}

/**
 * How the script gets our streams. A terminal must stay one. Anything else can be passed through the filter; where stdout and
 * stderr are the same file, both go through one pipe, so that their order stays.
 */
function targetStdio(wanted: 'pipe' | 'inherit'): TargetStdio {
	if (wanted === 'pipe') return 'pipe';
	if (process.platform === 'win32') return 'inheritPipedStderr';
	if (process.stderr.isTTY) return 'inheritAll';
	return isSameFile(1, 2) ? 'inheritMerged' : 'inheritPipedStderr';
}

function isSameFile(a: number, b: number): boolean {
	try {
		const [one, other] = [fstatSync(a), fstatSync(b)];
		return one.dev === other.dev && one.ino === other.ino;
	} catch {
		// A stream that is closed is no file.
		return false;
	}
}

class LaunchedSession extends ObservedSession {
	readonly ended: Promise<EndReason>;
	readonly #plan: LaunchPlan;
	readonly #options: LaunchOptions;
	readonly #rendezvous: RendezvousDirectory;
	readonly #processes: Processes;
	#process: TargetProcess | undefined;
	#stopped = false;
	readonly #kills = new MemoryKills();
	#atLimit = false;
	#connected: Promise<void> = Promise.resolve();
	#resolveEnded: (reason: EndReason) => void = () => {};

	constructor(plan: LaunchPlan, options: LaunchOptions, rendezvous: RendezvousDirectory) {
		super(headerOf(plan, options), options);
		this.#plan = plan;
		this.#options = options;
		this.#rendezvous = rendezvous;
		const { clock, log, logger } = this.core;
		this.#processes = new Processes({ clock, log, logger, runtimeDir: options.runtimeDir }, options.sampling ?? {});
		this.core.others = process => this.#processes.running(process);
		this.ended = new Promise(done => {
			this.#resolveEnded = done;
		});
	}

	get stdin(): Writable | undefined {
		return this.#process?.stdin;
	}
	get stdout(): Readable | undefined {
		return this.#process?.stdout;
	}
	get stderr(): Readable | undefined {
		return this.#process?.stderr;
	}

	async start(stdio: TargetStdio): Promise<void> {
		// Look before the process exists: its first word may come within milliseconds.
		const arrival = this.#rendezvous.arrival();
		const started = await TargetProcess.start(this.#plan, stdio, CONNECTIONS, this.#rendezvous.path);
		this.#process = started;
		if (stdio === 'inheritPipedStderr') started.stderr?.pipe(process.stderr, { end: false });
		if (stdio === 'inheritMerged') started.stderr?.pipe(process.stdout, { end: false });
		await this.core.open();
		this.#processes.watchChildren(this.#rendezvous);
		this.#connected = arrival
			.then(found => found && this.#arrived(started, found))
			.catch(error => this.core.log.notice('error', `The script runs unprofiled: ${messageOf(error)}`))
			.finally(() => started.chatterIsOver());
		void started.ended.then(end => this.#ended(end));
		this.stopOnAbort();
		const patience = setTimeout(() => this.#stillWaiting(), PATIENCE_MS);
		void Promise.race([arrival, started.ended]).finally(() => clearTimeout(patience));
	}

	async #arrived(
		process: TargetProcess,
		found: { pid: number } & ({ url: string } | { error: string }),
	): Promise<void> {
		this.targetPid = found.pid;
		process.setInner(found.pid);
		this.#kills.watch(found.pid, totalmem());
		if ('error' in found) throw errors.inspectorFailed(found.error);
		const [control, poll] = await Promise.all([CdpClient.connect(found.url), CdpClient.connect(found.url)]);
		const target = new Target(control, poll);
		const observation = this.core.observe(target, this.#options.runtimeDir, true);
		const watch = this.watchDebugger(target, observation, () => void this.#atHeapLimit(watch));
		void target.closed.then(() => this.#lost(process, observation));
		control.on('Runtime.bindingCalled', ({ name, payload }) => {
			if (name !== NOTIFY_BINDING) return;
			if (payload === 'ending') void this.#ending(found.pid, target);
			else observation.pollNow();
		});
		this.#rendezvous.onEnding(found.pid, () => void this.#ending(found.pid, target));
		control.on('NodeRuntime.waitingForDisconnect', () => void this.#ending(found.pid, target));
		// Replies on `control` may be late (events go before them), but its commands are served in the order in which they were
		// sent: `go` is the last of them, and nothing waits for the replies before it.
		const served = Promise.all([
			control.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }),
			watch.start(),
			this.#processes.watchWorkers(control, MAIN_PROCESS),
			// In the script's own context only: a `vm` context of the script's must not show it.
			control.send('Runtime.addBinding', { name: NOTIFY_BINDING, executionContextId: MAIN_CONTEXT }),
		]);
		await observation.start();
		await Promise.all([
			served,
			control.send('Runtime.evaluate', { expression: expression(go, HUB_KEY), silent: true }),
		]);
		if (this.core.state === 'starting') this.core.setState('running');
	}

	/** The script is at its end and waits for us: read what is left, let go of it, then let it go. */
	async #ending(pid: number, target: Target): Promise<void> {
		await this.#processes.finishWorkersOf(MAIN_PROCESS);
		await this.core.finish();
		await target.close();
		this.#rendezvous.release(pid);
	}

	/** V8 stops here before it gives up: the last readings, then it may end the script as it would have done without us. */
	async #atHeapLimit(watch: DebuggerWatch): Promise<void> {
		this.#atLimit = true;
		await this.core.finish('outOfMemory');
		watch.letDie();
		const timer = setTimeout(() => this.#process?.kill('SIGABRT'), DEATH_MS);
		await this.#process?.ended;
		clearTimeout(timer);
	}

	/** The connection is gone. When the process is, too, that is its end; else somebody closed the inspector. */
	async #lost(process: TargetProcess, observation: Observation): Promise<void> {
		if (this.core.state !== 'running') return;
		const isOver = await withDeadline(process.ended, LOST_MS, '').then(
			() => true,
			() => false,
		);
		if (isOver || this.core.state !== 'running') return;
		this.core.log.notice('warning', 'The script closed its inspector: from here on only its RSS is known.');
		observation.lost();
	}

	#stillWaiting(): void {
		this.core.log.notice('warning', errors.didNotAnswer(PATIENCE_MS / 1_000).message);
	}

	async #ended(end: ProcessEnd): Promise<void> {
		const arrived = this.targetPid !== undefined;
		if (!arrived) await this.#rendezvous.close();
		await this.#connected;
		if (!arrived)
			this.core.log.notice('warning', 'The process ended before a Node script began: there is nothing to show.');
		await this.core.target?.close();
		await this.#processes.close();
		await this.#rendezvous.close();
		this.#resolveEnded(await this.core.end(await this.#reason(end)));
	}

	async #reason(end: ProcessEnd): Promise<EndReason> {
		const { heapLimitBytes, oldSpaceBytes } = this.core.model.latest ?? {};
		return endReason(end, {
			stopped: this.#stopped,
			atHeapLimit: this.#atLimit,
			heapLimitBytes,
			heapShare: oldSpaceBytes && heapLimitBytes ? oldSpaceBytes / heapLimitBytes : undefined,
			stderrTail: await this.#process?.stderrTail(TAIL_MS),
			memoryKill: this.#kills.since(),
		});
	}

	async stop(): Promise<void> {
		if (this.#process && !this.#process.hasEnded) {
			this.#stopped = true;
			await this.core.finish('final', STOP_FINISH_MS);
			await this.#process.stop();
		}
		await this.ended;
	}

	kill(signal: NodeJS.Signals): void {
		this.#process?.kill(signal);
	}
}

function headerOf(plan: LaunchPlan, options: LaunchOptions): Omit<RecordingHeader, 'originEpochMs'> {
	return {
		type: 'header',
		format: RECORDING_FORMAT,
		version: ENGINE_VERSION,
		engineNode: process.versions.node,
		title: plan.title,
		command: [plan.command, ...plan.args],
		...(plan.script !== undefined && { script: resolve(plan.cwd, plan.script) }),
		cwd: plan.cwd,
		samplingIntervalBytes: options.sampling?.intervalBytes ?? DEFAULT_INTERVAL_BYTES,
	};
}
