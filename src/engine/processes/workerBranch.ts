import { deferred } from '../../base/deferred.ts';
import type { EndReason } from '../../protocol/entries.ts';
import { NOTIFY_BINDING } from '../../protocol/runtimeLink.ts';
import { messageOf } from '../errors.ts';
import { CdpClient, ConnectionClosedError, type WorkerInfo } from '../inspector/cdp.ts';
import { expression, leave, pollMaker, setUp, setUpLater } from '../inspector/snippets.ts';
import { ENGINE_KEY, HUB_KEY, Target } from '../inspector/target.ts';
import { WorkerConnection } from '../inspector/workerConnection.ts';
import type { SamplingOptions } from '../sessionTypes.ts';
import { Branch, type SessionParts } from './branch.ts';
import type { BranchFacts } from './processLog.ts';

/** A worker's first context, as that of a process. */
const MAIN_CONTEXT = 1;
/** A worker that goes without a word was ended by its process, unless its heap was as full as it may be. */
const TERMINATED: EndReason = { kind: 'terminated' };
const FULL = 0.95;
/** The name that newer versions give a worker without one. */
const NO_NAME = 'WorkerThread';
/** A worker whose options leave the preload out is asked directly, after this long. */
const SILENT_MS = 3_000;

/** A worker thread, held at its start until the set-up commands are on their way. */
export class WorkerBranch extends Branch {
	override readonly target: Target;
	readonly #client: CdpClient;
	#reason: EndReason | undefined;
	#askDirectly: () => void = () => {};

	constructor(parts: SessionParts, facts: BranchFacts, parent: CdpClient, sessionId: string) {
		super(parts, facts);
		this.#client = CdpClient.over(new WorkerConnection(parent, sessionId));
		this.target = new Target(this.#client, this.#client);
		void this.#client.closed.then(() => this.end(this.#reason ?? this.#silentEnd()));
	}

	/**
	 * Sends everything at once, in the order in which it must be served: the worker waits for no answer of ours. `parentOf` gives the
	 * number of the process or worker that is a thread of the same process.
	 */
	async start(sampling: SamplingOptions, parentOf: (threadId: number) => number | undefined): Promise<void> {
		const client = this.#client;
		const observation = this.observe(this.target, sampling, false);
		const began = deferred<string>();
		this.#askDirectly = () => began.reject(new Error('silent'));
		const silence = setTimeout(this.#askDirectly, SILENT_MS);
		void client.closed.then(() => began.reject(new ConnectionClosedError()));
		client.on('Runtime.bindingCalled', ({ name, payload }) => {
			if (name !== NOTIFY_BINDING) return;
			const [, what, number, text = ''] = /^(\w+)(?: (-?\d+))?(?: (.*))?$/s.exec(payload) ?? [];
			if (what === 'began') {
				this.log.facts.parent = parentOf(Number(number)) ?? this.log.facts.parent;
				began.resolve(text);
			} else if (what === 'ending') void this.#ending(Number(number));
			else observation.pollNow();
		});
		client.on('NodeRuntime.waitingForDisconnect', () => void this.#letGo());
		const answer = began.promise
			.catch(error => {
				if (error instanceof ConnectionClosedError) throw error;
				return this.target.run(setUp, HUB_KEY, ENGINE_KEY, pollMaker);
			})
			.finally(() => clearTimeout(silence));
		const later = expression(setUpLater, HUB_KEY, ENGINE_KEY, setUp, pollMaker);
		const commands = [
			client.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }),
			client.send('Runtime.addBinding', { name: NOTIFY_BINDING, executionContextId: MAIN_CONTEXT }),
			client.send('Runtime.evaluate', { expression: later, silent: true }),
			observation.start(answer),
			client.send('Runtime.runIfWaitingForDebugger'),
		];
		await Promise.all(commands.map(command => command.catch(error => this.#failed(error))));
	}

	/** Its script is at its end and waits. */
	async #ending(code: number): Promise<void> {
		if (Number.isSafeInteger(code)) this.#reason = { kind: 'exit', code };
		await this.finish();
		// It goes on to its end, where it waits again: who detaches here loses the command.
		await this.target.run(leave, HUB_KEY, ENGINE_KEY).catch(error => this.#failed(error));
	}

	/** Its process is about to end it: it must not wait for us then, for its process waits for it and can pass nothing on any more. */
	async leave(): Promise<void> {
		this.#askDirectly();
		await this.finish();
		await this.#client
			.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: false })
			.catch(error => this.#failed(error));
		await this.#client.close().catch(error => this.#failed(error));
	}

	/** It is over, and waits for us only. */
	async #letGo(): Promise<void> {
		await this.finish();
		await this.#client.close();
	}

	/** Node ends a worker at its heap limit as if it were terminated: its process goes on, and is told by an `error` event only. */
	#silentEnd(): EndReason {
		const { oldSpaceBytes, heapLimitBytes } = this.log.model.latest ?? {};
		if (oldSpaceBytes === undefined || !heapLimitBytes || oldSpaceBytes / heapLimitBytes < FULL) return TERMINATED;
		return { kind: 'outOfMemory', limitBytes: heapLimitBytes };
	}

	#failed(error: unknown): void {
		if (error instanceof ConnectionClosedError) return;
		this.parts.logger.warn(`Worker ${this.number}: ${messageOf(error)}`);
	}
}

/** Threads that Node starts for itself: loader hooks. They never end, and must not be kept waiting. */
export const isNodesOwn = ({ url }: WorkerInfo): boolean => url.startsWith('node:');

export function workerFacts({ title, url }: WorkerInfo): { title: string; threadId?: number } {
	const [, id, name] = /^\[worker (\d+)\](?: (.*))?$/s.exec(title) ?? [];
	const file = url.split(/[\\/]/).at(-1) ?? '';
	return {
		title: name !== undefined && name !== '' && name !== NO_NAME ? name : file || 'worker',
		...(id !== undefined && { threadId: Number(id) }),
	};
}
