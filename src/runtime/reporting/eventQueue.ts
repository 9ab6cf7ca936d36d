import type { RuntimeEntry } from '../../protocol/runtimeLink.ts';

/** What happens once, as opposed to the state of a store or a region. */
export type RuntimeEvent = Extract<
	RuntimeEntry,
	{
		type:
			| 'batchDecision'
			| 'pressure'
			| 'cleanup'
			| 'operation'
			| 'finding'
			| 'diagnosis'
			| 'collector'
			| 'config'
			| 'notice';
	}
>;

/** Events kept until the next drain. */
export const MAX_EVENTS = 4_096;
/** Of these the newest is a state: who begins to listen is told it. */
const STATES: ReadonlySet<RuntimeEvent['type']> = new Set(['pressure', 'collector', 'config'] as const);

/** A bounded queue: what does not fit is counted. */
export class EventQueue {
	readonly #states = new Map<RuntimeEvent['type'], RuntimeEvent>();
	#events: RuntimeEvent[] = [];
	#dropped = 0;

	push(event: RuntimeEvent, recording: boolean): void {
		if (STATES.has(event.type)) this.#states.set(event.type, event);
		if (!recording) return;
		if (this.#events.length < MAX_EVENTS) this.#events.push(event);
		else this.#dropped++;
	}

	take(): { events: RuntimeEvent[]; dropped: number } {
		const taken = { events: this.#events, dropped: this.#dropped };
		this.clear();
		return taken;
	}

	clear(): void {
		this.#events = [];
		this.#dropped = 0;
	}

	/** Nothing but what holds now. */
	reset(): void {
		this.clear();
		this.#events.push(...this.#states.values());
	}
}
