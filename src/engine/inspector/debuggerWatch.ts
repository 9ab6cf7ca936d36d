import type { SourceMaps } from '../sources/sourceMaps.ts';
import { ConnectionClosedError } from './cdp.ts';
import { expression, fillHeap, SNIPPET_URL } from './snippets.ts';
import type { Target } from './target.ts';

/** Older scripts in V8's list are forgotten when it is full, and every question of ours makes a script. */
const SCRIPTS_CACHE_BYTES = 1_000_000;
/** The debugger costs some 50 µs for each script that comes to be: programs that make them by the thousand must not pay it. */
const MOST_SCRIPTS = 10_000;

export interface DebuggerEvents {
	/** The script stands still at its heap limit until it is resumed. */
	onHeapLimit(): void;
	/** The debugger was switched off, because the script makes code all the time. */
	onSwitchedOff(): void;
	onError(error: unknown): void;
}

/** The inspector's debugger, for two things: where source maps are, and the pause when the heap limit is reached. */
export class DebuggerWatch {
	readonly #target: Target;
	readonly #events: DebuggerEvents;
	#scripts = 0;

	constructor(target: Target, maps: SourceMaps, events: DebuggerEvents) {
		this.#target = target;
		this.#events = events;
		target.control.on('Debugger.scriptParsed', ({ scriptId, url, sourceMapURL }) => {
			maps.addScript(scriptId, url, sourceMapURL);
			if (url !== SNIPPET_URL && ++this.#scripts === MOST_SCRIPTS) this.#switchOff();
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
		this.#target.control.send('Debugger.disable').catch(error => this.#failed(error));
		this.#events.onSwitchedOff();
	}

	#failed(error: unknown): void {
		if (!(error instanceof ConnectionClosedError)) this.#events.onError(error);
	}
}
