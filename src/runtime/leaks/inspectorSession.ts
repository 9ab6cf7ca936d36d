import { createRequire } from 'node:module';
import { traceErrors } from './traceErrors.ts';

type Inspector = typeof import('node:inspector');
type Session = import('node:inspector').Session;

/** V8's inspector within the process: no port, no other process. Its commands answer at once, while the script stands still. */
export class InspectorSession {
	readonly #session: Session;

	/** Throws `traceUnavailable` where Node has no inspector or may not use it. */
	constructor() {
		try {
			// Loaded on demand: most programs that import this library never need it.
			const inspector = createRequire(process.execPath)('node:inspector') as Inspector;
			this.#session = new inspector.Session();
			this.#session.connect();
		} catch (error) {
			throw traceErrors.noInspector(error);
		}
	}

	/** Throws what V8 answers instead of a result. */
	post<T>(method: string, params: object = {}): T {
		let failure: Error | null | undefined;
		let answer: unknown;
		let answered = false;
		this.#session.post(method, params, (error: Error | null, result?: object) => {
			answered = true;
			failure = error;
			answer = result;
		});
		// `post` calls back with something other than an Error on some versions.
		if (failure) throw failure instanceof Error ? failure : new Error(JSON.stringify(failure));
		if (!answered) throw new Error(`${method} did not answer.`);
		return answer as T;
	}

	/** Enables a domain only for what it tells at once about the present. */
	during<T>(domain: string, event: string, listener: (params: T) => void): void {
		const heard = ({ params }: { params: T }) => listener(params);
		this.#session.on(event, heard as never);
		try {
			this.post(`${domain}.enable`);
		} finally {
			this.#session.off(event, heard as never);
			this.post(`${domain}.disable`);
		}
	}

	close(): void {
		this.#session.disconnect();
	}
}
