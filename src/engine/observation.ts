import type { Logger } from '../base/logger.ts';
import type { ProcessEntry, ProfileCause } from '../protocol/entries.ts';
import type { CommandResult, RuntimeCommand } from '../protocol/runtimeLink.ts';
import { AllocationSampler } from './collectors/allocationSampler.ts';
import { EvidenceWatch } from './collectors/evidenceWatch.ts';
import { GcCollector } from './collectors/gcCollector.ts';
import { isSameProcess } from './collectors/hostRss.ts';
import { MemorySampler } from './collectors/memorySampler.ts';
import { OffHeapEvents } from './collectors/offHeapEvents.ts';
import { type PollConsumer, PollLoop } from './collectors/pollLoop.ts';
import { RuntimeEvents } from './collectors/runtimeEvents.ts';
import { SystemSampler } from './collectors/systemSampler.ts';
import { messageOf, UserError } from './errors.ts';
import { BRANCH_QUIET_MS, type Change, DEFAULT_BUDGET, Governor } from './governor.ts';
import { ConnectionClosedError } from './inspector/cdp.ts';
import { monotonicMs, type SessionClock } from './inspector/clock.ts';
import { parseCommandResult, parseSetUp } from './inspector/pollReply.ts';
import { leave, pollMaker, runCommand, setOffHeapInterval, setUp } from './inspector/snippets.ts';
import { ENGINE_KEY, HUB_KEY, type Target } from './inspector/target.ts';
import type { SessionLog } from './sessionLog.ts';
import type { SamplingOptions } from './sessionTypes.ts';
import { CallTreeBuilder } from './sources/callTreeBuilder.ts';
import { SourceMaps } from './sources/sourceMaps.ts';

export const DEFAULT_SAMPLES_PER_SECOND = 20;
export const DEFAULT_INTERVAL_BYTES = 128 * 1024;
const COST_INTERVAL_MS = 1_000;
/** Commands that end with a collection: it is told as one that a person asked for. */
const COLLECTS: ReadonlySet<RuntimeCommand['kind']> = new Set(['collectGarbage', 'comprehensiveCleanup']);

export interface ObservationOptions {
	target: Target;
	clock: SessionClock;
	log: Pick<SessionLog, 'add' | 'notice' | 'model' | 'recordedBytes'>;
	logger: Logger;
	sampling: SamplingOptions;
	runtimeDir: string | undefined;
	/** Whether the target runs on this machine, so that its RSS can be read from outside. */
	sameMachine: boolean;
	/** One of the session's other processes: the machine's memory is told with the main one. */
	isBranch?: boolean;
	/** A thread of a process, reached through that process's connection. */
	isWorker?: boolean;
}

/** All collectors on one connected target. */
export class Observation implements PollConsumer {
	readonly maps: SourceMaps;
	readonly #options: ObservationOptions;
	readonly #gc: GcCollector;
	readonly #allocations: AllocationSampler;
	readonly #events: RuntimeEvents;
	readonly #offHeap: OffHeapEvents;
	readonly #system: SystemSampler;
	readonly #governor: Governor;
	readonly #onError: (error: unknown) => void;
	readonly #listeners: PollConsumer[] = [];
	#loop: PollLoop | undefined;
	#isLost = false;
	#isOver = false;
	#starting: Promise<unknown> | undefined;
	#pollMs = 0;
	#polls = 0;
	#costAt = 0;

	constructor(options: ObservationOptions) {
		const { target, clock, log, logger, sampling, runtimeDir } = options;
		this.#onError = error => {
			if (!(error instanceof ConnectionClosedError)) logger.warn(`A reading failed: ${messageOf(error)}`);
		};
		this.#options = options;
		this.maps = new SourceMaps(logger);
		this.#gc = new GcCollector(log.add);
		this.#events = new RuntimeEvents(clock, this.maps, log.add);
		this.#system = new SystemSampler(
			clock,
			() => (this.#isLost ? undefined : log.model.latest),
			log.add,
			this.#onError,
		);
		// The first polls of a process are its dearest: what profiling costs is not known before it has run for a while.
		this.#costAt = clock.now();
		this.#governor = new Governor(
			sampling.overheadBudget ?? DEFAULT_BUDGET,
			clock.now(),
			options.isBranch ? BRANCH_QUIET_MS : 0,
		);
		const tree = new CallTreeBuilder(this.maps, runtimeDir);
		const regionsTold = () => this.#events.settled();
		this.#offHeap = new OffHeapEvents({ clock, tree, emit: log.add, regionsTold, onError: this.#onError });
		const intervalBytes = sampling.intervalBytes ?? DEFAULT_INTERVAL_BYTES;
		this.#allocations = new AllocationSampler({
			target,
			clock,
			tree,
			gc: this.#gc,
			intervalBytes,
			emit: log.add,
			onError: this.#onError,
			repliesAreEvents: options.isWorker ?? false,
		});
	}

	/** Before the start: who else wants to hear what the target answers. */
	listen(consumer: PollConsumer): void {
		this.#listeners.push(consumer);
	}

	/**
	 * Sends every set-up command at once and takes the first sample; the target may still be held. `answer` is that of `setUp`, where
	 * the target is set up another way.
	 */
	start(answer?: Promise<unknown>): Promise<ProcessEntry> {
		const starting = this.#start(answer);
		this.#starting = starting;
		return starting;
	}

	async #start(answer: Promise<unknown> | undefined): Promise<ProcessEntry> {
		const { target, clock, log, sampling, sameMachine, isBranch } = this.#options;
		const sent = monotonicMs();
		if (sampling.allocations !== false) this.#allocations.start().catch(this.#onError);
		const asked = answer ?? target.run(setUp, HUB_KEY, ENGINE_KEY, pollMaker);
		const { value, received } = await asked.then(value => ({ value, received: monotonicMs() }));
		const facts = parseSetUp(value);
		if (!facts) throw new Error('the process gave an answer that cannot be read');
		// All processes that join a session are on the machine of the first.
		if (!isBranch) clock.calibrate(sent, received, facts.now);
		if (!facts.gc)
			log.notice(
				'info',
				`Node ${facts.nodeVersion} does not tell its collections here: garbage collection is not shown.`,
			);
		const { pid, nodeVersion, v8Version, platform, arch, cwd, runtime } = facts;
		const entry: ProcessEntry = {
			type: 'process',
			t: clock.now(),
			pid,
			nodeVersion,
			v8Version,
			platform,
			arch,
			cwd,
			runtime,
		};
		log.add(entry);
		// It came to its end meanwhile: a loop that begins now would never be stopped.
		if (this.#isOver) return entry;
		const localPid = sameMachine && isSameProcess(pid, facts.rss) ? pid : undefined;
		const memory = new MemorySampler(log.add, localPid);
		const evidence = new EvidenceWatch({
			read: () => this.readAllocations('peak'),
			system: () => log.model.system,
			now: () => clock.now(),
			onError: this.#onError,
		});
		const consumers = [
			...this.#listeners,
			memory,
			evidence,
			this.#gc,
			this.#events,
			this.#offHeap,
			this.#allocations,
			this,
		];
		this.#loop = new PollLoop(target, clock, sampling.samplesPerSecond ?? DEFAULT_SAMPLES_PER_SECOND, consumers, () =>
			this.#silent(),
		);
		this.#allocations.follow(this.#loop);
		if (!isBranch) this.#system.start(localPid);
		this.#loop.pollNow();
		this.#loop.start();
		return entry;
	}

	polled({ t, reply }: { t: number; reply: { costMs: number } }): void {
		this.#pollMs += reply.costMs;
		this.#polls++;
		if (t - this.#costAt < COST_INTERVAL_MS) return;
		this.#govern(t);
		this.#cost(t);
	}

	/** Brings what is running under the budget, and says so. */
	#govern(t: number): void {
		const loop = this.#loop;
		if (!loop) return;
		const allocations = this.#options.sampling.allocations !== false;
		const offHeap = this.#offHeap.cost;
		const costs = {
			heapMs: allocations ? this.#allocations.samplingMs : undefined,
			offHeapMs: offHeap?.spentMs,
			pollMs: this.#pollMs,
		};
		const { changes, profileShare, notices } = this.#governor.update(t, costs, {
			heap: allocations ? this.#allocations.intervalBytes : undefined,
			offHeap: offHeap?.intervalBytes,
			poll: loop.intervalMs,
		});
		this.#allocations.setShare(profileShare);
		for (const change of changes) this.#apply(change, loop);
		for (const notice of notices) this.#options.log.notice('info', notice);
	}

	#apply({ lever, value }: Change, loop: PollLoop): void {
		if (lever === 'heap') this.#allocations.setInterval(value);
		else if (lever === 'poll') loop.setIntervalMs(value);
		else this.#options.target.run(setOffHeapInterval, HUB_KEY, value).catch(this.#onError);
	}

	/** The connection is gone while the script lives on: its RSS is still known, its heap is not. */
	lost(): void {
		this.#isLost = true;
	}

	#silent(): void {
		this.#isLost = true;
		const message = 'The script gives no usable answers any more: from here on only its RSS is known.';
		this.#options.log.notice('warning', message);
	}

	/** The script asked for attention: its queue of events fills. */
	pollNow(): void {
		this.#loop?.pollNow();
	}

	get samplesHeap(): boolean {
		return this.#options.sampling.allocations !== false;
	}

	readAllocations(cause: ProfileCause): Promise<void> {
		return this.#allocations.read(cause, this.#options.log.model.latest?.heapUsedBytes);
	}

	/** Last readings: everything the runtime still holds and, unless it is not worth its collection, the final profile. Nothing is asked after it. */
	async finish(cause: 'final' | 'outOfMemory', withProfile = true): Promise<void> {
		// Its first and its last word may come in one go.
		await this.#starting?.catch(() => {
			// Who started it hears of it.
		});
		this.#system.stop();
		const { clock, sampling } = this.#options;
		if (cause === 'outOfMemory') this.#loop?.forgetQuestion();
		if (sampling.allocations === false || !withProfile)
			await this.#loop?.around(
				async () => {},
				() => {},
			);
		else await this.readAllocations(cause);
		await this.#loop?.stop();
		await this.#offHeap.settled();
		await this.#events.settled();
		this.#cost(clock.now());
	}

	/** Stops asking at once, when there is nobody left to ask. */
	async abandon(): Promise<void> {
		this.#isOver = true;
		this.#system.stop();
		await this.#loop?.stop();
		await this.#offHeap.settled();
		await this.#events.settled();
		this.#cost(this.#options.clock.now());
	}

	/** Leaves a process that lives on as we found it. */
	async leave(): Promise<void> {
		const { target } = this.#options;
		await Promise.all([
			target.control.send('HeapProfiler.stopSampling').catch(() => undefined),
			target.run(leave, HUB_KEY, ENGINE_KEY).catch(() => undefined),
		]);
	}

	async command(command: RuntimeCommand): Promise<CommandResult> {
		const { target } = this.#options;
		const ask = async () => parseCommandResult(await target.run(runCommand, HUB_KEY, command));
		const result =
			COLLECTS.has(command.kind) && this.#loop
				? (
						await this.#loop
							.around(ask, () => this.#gc.expectForced('command'))
							.finally(() => this.#gc.expectForced(undefined))
					).result
				: await ask();
		this.#loop?.pollNow();
		if ('error' in result) throw new UserError('notRunning', result.error);
		return result;
	}

	#cost(t: number): void {
		const { log, sampling } = this.#options;
		this.#costAt = t;
		const allocations = sampling.allocations !== false;
		const offHeap = this.#offHeap.cost;
		const samplingMs = allocations ? this.#allocations.samplingMs : undefined;
		log.add({
			type: 'cost',
			t,
			pollMs: this.#pollMs,
			polls: this.#polls,
			profileMs: this.#allocations.spentMs,
			profiles: this.#allocations.readings,
			recordedBytes: log.recordedBytes,
			droppedEvents: this.#events.dropped,
			...(samplingMs !== undefined && { samplingMs }),
			...(offHeap && {
				offHeapMs: offHeap.spentMs,
				ownBytes: offHeap.ownBytes,
				offHeapIntervalBytes: offHeap.intervalBytes,
			}),
			forcedCollections: this.#gc.forced,
			events: this.#events.brought,
			budget: sampling.overheadBudget ?? DEFAULT_BUDGET,
			...(allocations && { heapIntervalBytes: this.#allocations.intervalBytes }),
			...(this.#loop && { pollIntervalMs: this.#loop.intervalMs }),
		});
	}
}
