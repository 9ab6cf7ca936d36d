import type { PollConsumer, Polled } from '../collectors/pollLoop.ts';
import type { SourceMaps } from '../sources/sourceMaps.ts';
import { ConnectionClosedError } from './cdp.ts';
import { expression, fillHeap, SNIPPET_URL } from './snippets.ts';
import type { Target } from './target.ts';

/** Older scripts in V8's list are forgotten when it is full, and every question of ours makes a script. */
const SCRIPTS_CACHE_BYTES = 1_000_000;
/** The debugger costs some 50 µs for each script that comes to be: programs that make them by the thousand must not pay it. */
const MOST_SCRIPTS = 10_000;
/**
 * With less than this left, or three quarters of a smaller limit, the debugger goes: with it V8 raises its limit, and pauses at the next
 * occasion. Where that comes between two microtasks, V8 crashes (SIGSEGV in Node 20, 22 and 24). A script that fills its heap step by step
 * must die as it would without us. What has this much room and is over the limit before the next question makes one large allocation: its
 * place is worth the pause.
 */
const NEAR_BYTES = 512 * 1024 * 1024;
const NEAR_SHARE = 0.75;

export interface DebuggerEvents {
	/** The script stands still at its heap limit until it is resumed. */
	onHeapLimit(): void;
	/** The debugger was switched off, because the script makes code all the time. */
	onSwitchedOff(): void;
	onError(error: unknown): void;
}

/** The inspector's debugger, for two things: where source maps are, and the pause when one leap takes the heap to its limit. */
export class DebuggerWatch implements PollConsumer {
	readonly #target: Target;
	readonly #events: DebuggerEvents;
	#scripts = 0;
	#isOff = false;
	#limitBytes: number | undefined;
	/** Old generation when it was last asked, and the whole heap at that moment. */
	#oldThen = 0;
	#usedThen = 0;

	constructor(target: Target, maps: SourceMaps, events: DebuggerEvents) {
		this.#target = target;
		this.#events = events;
		target.control.on('Debugger.scriptParsed', ({ scriptId, url, sourceMapURL }) => {
			maps.addScript(scriptId, url, sourceMapURL);
			if (url === SNIPPET_URL || ++this.#scripts !== MOST_SCRIPTS || this.#isOff) return;
			this.#switchOff();
			events.onSwitchedOff();
		});
		target.control.on('Debugger.paused', ({ reason }) => {
			if (reason === 'OOM') events.onHeapLimit();
			else this.resume();
		});
	}

	/** The commands go out in one piece; settles when all are served. */
	async start(): Promise<void> {
		const { control } = this.#target;
		await Promise.all([
			control.send('Debugger.enable', { maxScriptsCacheSize: SCRIPTS_CACHE_BYTES }),
			control.send('Debugger.setSkipAllPauses', { skip: true }),
		]);
	}

	polled({ reply: { heapLimit, oldSpace, heapUsed } }: Polled): void {
		if (heapLimit !== undefined && oldSpace !== undefined) {
			this.#limitBytes = heapLimit;
			this.#oldThen = oldSpace;
			this.#usedThen = heapUsed;
		}
		const limit = this.#limitBytes;
		if (this.#isOff || limit === undefined) return;
		// All that came since may be old.
		const old = this.#oldThen + Math.max(0, heapUsed - this.#usedThen);
		// Over its limit it was let, by a leap: the pause is about to come, and without it the script would live on.
		if (old >= limit) return;
		if (limit - old < Math.min(NEAR_BYTES, NEAR_SHARE * limit)) this.#switchOff();
	}

	/**
	 * Lets V8 end the script as it would have without us, with its own words and signal. Switching the debugger off takes back the higher
	 * limit, but for a quarter above what is live; that quarter is used up in the same pause, so that the script runs no further.
	 */
	letDie(): void {
		const { control } = this.#target;
		control.send('Debugger.disable').catch(error => this.#failed(error));
		control
			.send('Runtime.evaluate', { expression: expression(fillHeap), silent: true })
			.catch(error => this.#failed(error));
	}

	resume(): void {
		this.#target.control.send('Debugger.resume').catch(error => this.#failed(error));
	}

	#switchOff(): void {
		this.#isOff = true;
		this.#target.control.send('Debugger.disable').catch(error => this.#failed(error));
	}

	#failed(error: unknown): void {
		if (!(error instanceof ConnectionClosedError)) this.#events.onError(error);
	}
}
