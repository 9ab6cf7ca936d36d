import { EventEmitter } from 'node:events';
import { isCount, isRecord, isString } from '../../protocol/guards.ts';
import { parseJson } from '../../protocol/recording.ts';
import type { CdpClient, RawClient } from './cdp.ts';

type Listener = (params: unknown) => void;
interface Waiting {
	resolve: (result: unknown) => void;
	reject: (error: Error) => void;
}

/** A connection to a worker thread's inspector inside one to the thread that started it. */
export class WorkerConnection implements RawClient {
	readonly #parent: CdpClient;
	readonly #sessionId: string;
	/** Workers of a worker listen here, and they may be many. */
	readonly #events = new EventEmitter().setMaxListeners(0);
	readonly #waiting = new Map<number, Waiting>();
	#lastId = 0;
	#isOver = false;

	constructor(parent: CdpClient, sessionId: string) {
		this.#parent = parent;
		this.#sessionId = sessionId;
		const listening = [
			parent.on('NodeWorker.receivedMessageFromWorker', ({ sessionId: id, message }) => {
				if (id === sessionId) this.#received(message);
			}),
			parent.on('NodeWorker.detachedFromWorker', ({ sessionId: id }) => {
				if (id === sessionId) this.#over();
			}),
		];
		this.#events.once('disconnect', () => {
			for (const one of listening) one.dispose();
		});
		void parent.closed.then(() => this.#over());
	}

	send(method: string, params: object = {}): Promise<unknown> {
		const id = ++this.#lastId;
		const message = JSON.stringify({ id, method, params });
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.#parent.send('NodeWorker.sendMessageToWorker', { sessionId: this.#sessionId, message }).catch(error => {
				this.#waiting.delete(id);
				reject(error);
			});
		});
	}

	on(event: string, listener: (params: never) => void): void {
		this.#events.on(event, listener as Listener);
	}

	off(event: string, listener: (params: never) => void): void {
		this.#events.off(event, listener as Listener);
	}

	/** A worker that waits at its start or at its end goes on. */
	async close(): Promise<void> {
		if (this.#isOver) return;
		try {
			await this.#parent.send('NodeWorker.detach', { sessionId: this.#sessionId });
		} finally {
			this.#over();
		}
	}

	#received(text: string): void {
		const message = parseJson(text);
		if (!isRecord(message)) return;
		if (isString(message.method)) {
			this.#events.emit(message.method, message.params);
			return;
		}
		if (!isCount(message.id)) return;
		const waiting = this.#waiting.get(message.id);
		this.#waiting.delete(message.id);
		if (isRecord(message.error)) waiting?.reject(new Error(String(message.error.message)));
		else waiting?.resolve(message.result);
	}

	#over(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#waiting.clear();
		this.#events.emit('disconnect');
	}
}
