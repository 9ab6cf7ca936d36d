import { MAIN_PROCESS } from '../../analysis/sessionModel.ts';
import { withDeadline } from '../../base/deadlines.ts';
import type { ChildArrival } from '../../protocol/runtimeLink.ts';
import { messageOf } from '../errors.ts';
import { type CdpClient, ConnectionClosedError, type WorkerInfo } from '../inspector/cdp.ts';
import { WorkerConnection } from '../inspector/workerConnection.ts';
import type { RendezvousDirectory } from '../launch/rendezvous.ts';
import type { Running } from '../session.ts';
import type { SamplingOptions } from '../sessionTypes.ts';
import type { Branch, SessionParts } from './branch.ts';
import { ChildBranch } from './childBranch.ts';
import { shareOf } from './share.ts';
import { isNodesOwn, WorkerBranch, workerFacts } from './workerBranch.ts';

/** How long the last readings of workers may hold up the end of their process, all together. */
const WORKERS_MS = 3_000;
/** How long children may live on after the first process before they are let go of. */
const CHILDREN_MS = 1_000;

/** The worker threads and child processes of a session, numbered as they arrive. */
export class Processes {
	readonly #parts: SessionParts;
	readonly #sampling: SamplingOptions;
	readonly #alive = new Set<Branch>();
	readonly #sampled = new Set<Branch>();
	/** Living workers and their processes' numbers. */
	readonly #threads = new Map<WorkerBranch, number>();
	/** Numbers by process id. */
	readonly #pids = new Map<number, number>();
	#last = MAIN_PROCESS;

	constructor(parts: SessionParts, sampling: SamplingOptions) {
		this.#parts = parts;
		this.#sampling = sampling;
	}

	/** A process or worker, as long as it can be asked. */
	running(process: number): Running | undefined {
		for (const branch of this.#alive) if (branch.number === process) return branch.running;
		return undefined;
	}

	/** The workers of a process, theirs too, join by themselves. The command goes out at once; settles when it is served. */
	async watchWorkers(parent: CdpClient, process: number): Promise<void> {
		if (this.#sampling.children === false) return;
		parent.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }) => {
			if (isNodesOwn(workerInfo)) void this.#leaveAlone(parent, sessionId);
			else void this.#worker(parent, process, sessionId, workerInfo);
		});
		await parent.send('NodeWorker.enable', { waitForDebuggerOnStart: true });
	}

	/** Child processes join as they arrive. */
	watchChildren(rendezvous: RendezvousDirectory): void {
		if (this.#sampling.children === false) return;
		rendezvous.onChild(arrival => void this.#child(arrival, rendezvous));
	}

	async #child(arrival: ChildArrival, rendezvous: RendezvousDirectory): Promise<void> {
		const { pid, threadId } = arrival.parent;
		const of = this.#pids.get(pid) ?? MAIN_PROCESS;
		const parent = this.#threadOf(of, threadId) ?? of;
		const facts = { number: ++this.#last, kind: 'child' as const, parent, title: arrival.title };
		this.#pids.set(arrival.pid, facts.number);
		const branch = new ChildBranch(this.#parts, facts, arrival, rendezvous);
		await branch.start(
			this.#share(branch),
			control => this.watchWorkers(control, facts.number),
			() => this.finishWorkersOf(facts.number),
		);
	}

	async #worker(parent: CdpClient, process: number, sessionId: string, info: WorkerInfo): Promise<void> {
		const facts = { number: ++this.#last, kind: 'worker' as const, parent: process, ...workerFacts(info) };
		const branch = new WorkerBranch(this.#parts, facts, parent, sessionId);
		this.#threads.set(branch, process);
		await branch.start(this.#share(branch), threadId => this.#threadOf(process, threadId));
	}

	#threadOf(process: number, threadId: number): number | undefined {
		if (threadId === 0) return process;
		for (const [{ log }, of] of this.#threads)
			if (of === process && log.facts.threadId === threadId) return log.facts.number;
		return undefined;
	}

	#share(branch: Branch): SamplingOptions {
		const sampling = shareOf(this.#sampling, this.#alive.size, this.#sampled.size);
		this.#alive.add(branch);
		if (sampling.allocations && !(branch instanceof ChildBranch && !branch.isNode)) this.#sampled.add(branch);
		void branch.ended.then(() => {
			this.#alive.delete(branch);
			this.#sampled.delete(branch);
			if (branch instanceof WorkerBranch) this.#threads.delete(branch);
		});
		return sampling;
	}

	async #leaveAlone(parent: CdpClient, sessionId: string): Promise<void> {
		const connection = new WorkerConnection(parent, sessionId);
		// Who only detaches leaves it waiting.
		await connection.send('Runtime.runIfWaitingForDebugger').catch(error => this.#failed(error));
		await connection.close().catch(error => this.#failed(error));
	}

	/** The process is at its end: its workers will be gone with it. */
	async finishWorkersOf(process: number): Promise<void> {
		const workers = [...this.#threads].filter(([, of]) => of === process);
		await withDeadline(Promise.all(workers.map(([worker]) => worker.leave())), WORKERS_MS, '').catch(() => {
			// What they told up to here is in the recording.
		});
	}

	/** Settles when nobody is left: children may still end by themselves for a moment, then they are let go of. */
	async close(): Promise<void> {
		const all = () => Promise.all([...this.#alive].map(branch => branch.ended));
		await withDeadline(all(), CHILDREN_MS, '').catch(() => {
			// Those that live on are told of below.
		});
		const children = [...this.#alive].filter(branch => branch instanceof ChildBranch);
		for (const { log } of children)
			log.notice('info', `${log.facts.title} lives on: it is not followed beyond the end of the first process.`);
		await Promise.all(children.map(child => child.letGo()));
		await all();
	}

	#failed(error: unknown): void {
		if (!(error instanceof ConnectionClosedError)) this.#parts.logger.warn(messageOf(error));
	}
}
