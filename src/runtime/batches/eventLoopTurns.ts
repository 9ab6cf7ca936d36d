import { monotonicMs } from '../reporting/clock.ts';

/** Longest that timers and signals wait for results that are all there at once. */
const TURN_MS = 50;

/** Results of synchronous work follow each other without the event loop ever turning: neither a time-out nor a monitor would run. */
export class EventLoopTurns {
	#last = monotonicMs();

	/** Waits for one turn when the last was long ago. */
	due(): Promise<void> | undefined {
		const now = monotonicMs();
		if (now - this.#last < TURN_MS) return undefined;
		return new Promise(resolve => {
			setImmediate(() => {
				this.#last = monotonicMs();
				resolve();
			});
		});
	}
}
