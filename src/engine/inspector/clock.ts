/** ms of this process's monotonic clock; on one machine every process has the same. */
export function monotonicMs(): number {
	return Number(process.hrtime.bigint()) / 1e6;
}

/** Session time: ms since the session began, for our own clock and the target's. */
export class SessionClock {
	readonly #origin = monotonicMs();
	readonly originEpochMs = Date.now();
	#offset = 0;

	now(): number {
		return monotonicMs() - this.#origin;
	}

	/**
	 * Learns the target's clock from one exchange: asked at `sent`, answered at `received` (our monotonic clock), `target` in
	 * between. Same machine: no difference beyond the exchange's own length, and none is assumed.
	 */
	calibrate(sent: number, received: number, target: number): void {
		const offset = (sent + received) / 2 - target;
		this.#offset = Math.abs(offset) <= (received - sent) / 2 + 1 ? 0 : offset;
	}

	/** Session time of a moment on the target's clock. */
	fromTarget(ms: number): number {
		return ms + this.#offset - this.#origin;
	}
}
