import type { EventEmitter } from 'node:events';
import CDP from 'chrome-remote-interface';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';
import type { Disposable } from '../../base/disposables.ts';

/** Node's own domains, which the protocol's types leave out. */
interface NodeCommands {
	'NodeWorker.enable': { paramsType: [{ waitForDebuggerOnStart: boolean }]; returnType: undefined };
	'NodeWorker.sendMessageToWorker': { paramsType: [{ sessionId: string; message: string }]; returnType: undefined };
	'NodeWorker.detach': { paramsType: [{ sessionId: string }]; returnType: undefined };
	'NodeRuntime.notifyWhenWaitingForDisconnect': { paramsType: [{ enabled: boolean }]; returnType: undefined };
}
interface NodeEvents {
	'NodeRuntime.waitingForDisconnect': [];
	'NodeWorker.attachedToWorker': [{ sessionId: string; workerInfo: WorkerInfo; waitingForDebugger: boolean }];
	'NodeWorker.detachedFromWorker': [{ sessionId: string }];
	'NodeWorker.receivedMessageFromWorker': [{ sessionId: string; message: string }];
}
export interface WorkerInfo {
	workerId: string;
	/** `[worker 1] name` */
	title: string;
	url: string;
}
type Commands = ProtocolMapping.Commands & NodeCommands;
type Events = ProtocolMapping.Events & NodeEvents;

export interface RawClient {
	send(method: string, params?: object): Promise<unknown>;
	on(event: string, listener: (params: never) => void): void;
	off(event: string, listener: (params: never) => void): void;
	close(): Promise<void>;
}

/** One typed connection to an inspector. Every pending call is rejected when the connection ends. */
export class CdpClient {
	readonly #raw: RawClient;
	readonly #pending = new Set<(error: Error) => void>();
	/** Settles when the connection has ended, from whichever side. */
	readonly closed: Promise<void>;
	#isClosed = false;
	#closing: Promise<void> | undefined;
	#markClosed: () => void = () => {};

	private constructor(raw: RawClient) {
		this.#raw = raw;
		this.closed = new Promise(resolve => {
			this.#markClosed = () => {
				if (this.#isClosed) return;
				this.#isClosed = true;
				for (const reject of this.#pending) reject(new ConnectionClosedError());
				this.#pending.clear();
				resolve();
			};
		});
		raw.on('disconnect', () => this.#markClosed());
	}

	/** Connects to a `ws://` address; rejects when nobody answers there. */
	static async connect(url: string): Promise<CdpClient> {
		const raw = (await CDP({ target: url, local: true })) as unknown as RawClient & EventEmitter;
		// Every worker thread listens here, and they may be many: Node would warn of a leak on the standard error of whoever runs us.
		raw.setMaxListeners(0);
		return new CdpClient(raw);
	}

	static over(raw: RawClient): CdpClient {
		return new CdpClient(raw);
	}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	send<M extends keyof Commands>(method: M, ...params: Commands[M]['paramsType']): Promise<Commands[M]['returnType']> {
		if (this.#isClosed) return Promise.reject(new ConnectionClosedError());
		return new Promise((resolve, reject) => {
			this.#pending.add(reject);
			this.#raw
				.send(method, params[0] as object | undefined)
				.then(result => resolve(result as Commands[M]['returnType']), reject)
				.finally(() => this.#pending.delete(reject));
		});
	}

	on<E extends keyof Events>(event: E, listener: (...params: Events[E]) => void): Disposable {
		const handler = listener as unknown as (params: never) => void;
		this.#raw.on(event, handler);
		return { dispose: () => this.#raw.off(event, handler) };
	}

	/** Settles when the other side has seen it. Once: the client forgets the first caller when it is closed a second time. */
	close(): Promise<void> {
		if (this.#isClosed) return Promise.resolve();
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		await this.#raw.close().catch(() => {
			// Already gone, which is what we want.
		});
		this.#markClosed();
	}
}

export class ConnectionClosedError extends Error {
	override readonly name = 'ConnectionClosedError';
	constructor() {
		super('The connection to the script was closed.');
	}
}
