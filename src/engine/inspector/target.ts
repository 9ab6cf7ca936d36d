import { ENGINE_KEY, HUB_KEY } from '../../protocol/runtimeLink.ts';
import type { CdpClient } from './cdp.ts';
import { expression } from './snippets.ts';

/**
 * The profiled process as seen through its inspector. Two connections, because Node's inspector socket delays a reply by about
 * 40 ms when an event goes before it: `control` has the events, `poll` has none. Over a proxy both are the same.
 */
export class Target {
	readonly control: CdpClient;
	readonly poll: CdpClient;

	constructor(control: CdpClient, poll: CdpClient) {
		this.control = control;
		this.poll = poll;
	}

	/** Settles when either connection has ended. */
	get closed(): Promise<void> {
		return Promise.race([this.control.closed, this.poll.closed]);
	}

	get isClosed(): boolean {
		return this.control.isClosed || this.poll.isClosed;
	}

	/** Runs a snippet; gives its JSON-able result. */
	async run<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Promise<unknown> {
		const { result, exceptionDetails } = await this.poll.send('Runtime.evaluate', {
			expression: expression(fn, ...args),
			returnByValue: true,
			silent: true,
		});
		if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
		return result.value;
	}

	async close(): Promise<void> {
		await Promise.all([this.control.close(), this.poll.close()]);
	}
}

export { ENGINE_KEY, HUB_KEY };
