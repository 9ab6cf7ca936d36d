import { isNumber, isRecord, isString } from './guards.ts';

/** The wire under a messenger: the panel's `postMessage` on one side, the webview's on the other. */
export interface Channel {
	post(message: unknown): void;
	/** Returns the function that stops listening. */
	listen(onMessage: (message: unknown) => void): () => void;
}

/** Calls that one side answers: name → [argument, result]. */
export type Calls = Record<string, [argument: unknown, result: unknown]>;
export type Handlers<C extends Calls> = { [K in keyof C]: (argument: C[K][0]) => C[K][1] | Promise<C[K][1]> };

/**
 * One class for both ends of a boundary. A call has an id and ends in a result or an error; closing rejects what is pending.
 * `Outgoing` are the calls the other side answers, `Incoming` those we answer. Handlers check their arguments.
 */
export class Messenger<Outgoing extends Calls, Incoming extends Calls> {
	readonly #channel: Channel;
	readonly #handlers: Handlers<Incoming>;
	readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
	readonly #stopListening: () => void;
	#nextId = 1;
	#closed = false;

	constructor(channel: Channel, handlers: Handlers<Incoming>) {
		this.#channel = channel;
		this.#handlers = handlers;
		this.#stopListening = channel.listen(message => void this.#receive(message));
	}

	/** Asks the other side; rejects with its error, or when the messenger is closed. */
	call<K extends keyof Outgoing & string>(name: K, argument: Outgoing[K][0]): Promise<Outgoing[K][1]> {
		if (this.#closed) return Promise.reject(new Error('The connection is closed.'));
		const id = this.#nextId++;
		return new Promise((resolve, reject) => {
			// Posted first: a wire that refuses rejects this call and leaves nothing behind.
			this.#channel.post({ type: 'call', id, name, argument });
			this.#pending.set(id, { resolve, reject });
		});
	}

	/** Tells the other side; no answer is awaited. */
	notify<K extends keyof Outgoing & string>(name: K, argument: Outgoing[K][0]): void {
		if (!this.#closed) this.#channel.post({ type: 'notify', name, argument });
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#stopListening();
		for (const { reject } of this.#pending.values()) reject(new Error('The connection was closed.'));
		this.#pending.clear();
	}

	async #receive(message: unknown): Promise<void> {
		if (!isRecord(message) || this.#closed) return;
		if (message.type === 'result' || message.type === 'error') {
			if (isNumber(message.id)) this.#settle(message.id, message);
			return;
		}
		if ((message.type !== 'call' && message.type !== 'notify') || !isString(message.name)) return;
		const reply = (answer: object) => {
			if (message.type === 'call' && !this.#closed) this.#channel.post({ ...answer, id: message.id });
		};
		try {
			if (!Object.hasOwn(this.#handlers, message.name)) throw new Error(`Unknown message "${message.name}".`);
			const result = await this.#handlers[message.name as keyof Incoming](message.argument as never);
			reply({ type: 'result', result });
		} catch (error) {
			reply({ type: 'error', error: error instanceof Error ? error.message : String(error) });
		}
	}

	#settle(id: number, message: Record<string, unknown>): void {
		const pending = this.#pending.get(id);
		if (!pending) return;
		this.#pending.delete(id);
		if (message.type === 'result') pending.resolve(message.result as never);
		else pending.reject(new Error(isString(message.error) ? message.error : 'The other side failed.'));
	}
}
