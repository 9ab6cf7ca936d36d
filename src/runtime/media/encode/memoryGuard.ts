import { formatBytes } from '../../../protocol/units.ts';
import { type ChildProgram, MemoryManagerError, monotonicMs, pressure, shownPath, warn } from '../../internals.ts';
import type { EncodeSettings } from './encodeOptions.ts';

/** How long the encoder is fed and left to wait in turn. */
const TURN_MS = 250;
const WARN_SHARE = 0.85;

/**
 * Holds an encoder back, or ends it, while memory is critical; warns before that. It is held back by frames that it does not get: a process
 * that is halted (SIGSTOP) would stay so for ever if ours were killed meanwhile.
 */
export class MemoryGuard {
	readonly #settings: EncodeSettings;
	readonly #child: ChildProgram;
	readonly #stop: (error: Error) => void;
	readonly #unlisten: () => void;
	readonly #timer: NodeJS.Timeout;
	#warned = false;
	#slowedSince: number | undefined;
	#slowedMs = 0;
	/** Settles when frames may be given again. */
	#waiting: { readonly over: Promise<void>; readonly end: () => void } | undefined;

	/** `stop` is called once, where it is to end. */
	constructor(settings: EncodeSettings, child: ChildProgram, stop: (error: Error) => void) {
		this.#settings = settings;
		this.#child = child;
		this.#stop = stop;
		this.#unlisten = pressure.onChange(() => this.#look());
		this.#timer = setInterval(() => {
			this.#look();
			this.#turn();
		}, TURN_MS).unref();
		this.#look();
	}

	get isSlowed(): boolean {
		return this.#slowedSince !== undefined;
	}

	/** ms for which it was held back. */
	get slowedMs(): number {
		return this.#slowedMs + (this.#slowedSince === undefined ? 0 : monotonicMs() - this.#slowedSince);
	}

	/** How many frames may be on their way. */
	get framesInFlight(): number {
		return this.isSlowed ? 1 : this.#settings.framesInFlight;
	}

	/** `undefined`: the next frame may be asked for at once. */
	get pause(): Promise<void> | undefined {
		return this.#waiting?.over;
	}

	dispose(): void {
		clearInterval(this.#timer);
		this.#unlisten();
		this.#end();
	}

	#look(): void {
		const why = this.#reason();
		if (why?.isCritical) this.#critical(why.words);
		else {
			this.#end();
			if (why) this.#warn(`${why.words}. It goes on.`);
			else this.#warned = false;
		}
	}

	#reason(): { words: string; isCritical: boolean } | undefined {
		const { maxChildRssBytes } = this.#settings.given;
		const rss = this.#child.rssBytes;
		const holds = rss === undefined ? '' : `, FFmpeg holds ${formatBytes(rss)}`;
		if (pressure.level === 'critical') return { words: `memory is critical${holds}`, isCritical: true };
		if (maxChildRssBytes !== undefined && rss !== undefined && rss >= WARN_SHARE * maxChildRssBytes) {
			const words = `FFmpeg holds ${formatBytes(rss)} of the ${formatBytes(maxChildRssBytes)} that maxChildRssBytes allows`;
			return { words, isCritical: rss > maxChildRssBytes };
		}
		if (pressure.level !== 'high') return undefined;
		return { words: `the memory level is high${holds}`, isCritical: false };
	}

	#critical(words: string): void {
		const { path, onCritical } = this.#settings;
		if (onCritical === 'stop') {
			const message = `Encoding ${shownPath(path)} was stopped: ${words}. A faster preset, fewer threads or a smaller picture need less.`;
			this.#stop(new MemoryManagerError('insufficientMemory', message));
			return;
		}
		if (this.isSlowed) return;
		this.#slowedSince = monotonicMs();
		this.#wait();
		warn(`Encoding ${shownPath(path)} is held back: ${words}.`);
	}

	#warn(words: string): void {
		if (this.#warned) return;
		this.#warned = true;
		warn(`Encoding ${shownPath(this.#settings.path)}: ${words}`);
	}

	/** Half of the time it gets nothing: memory that it holds does not shrink, but nothing new is asked for in haste. */
	#turn(): void {
		if (!this.isSlowed || this.#waiting) this.#goOn();
		else this.#wait();
	}

	#wait(): void {
		let end = () => {};
		const over = new Promise<void>(resolve => {
			end = resolve;
		});
		this.#waiting = { over, end };
	}

	#goOn(): void {
		this.#waiting?.end();
		this.#waiting = undefined;
	}

	#end(): void {
		this.#slowedMs = this.slowedMs;
		this.#slowedSince = undefined;
		this.#goOn();
	}
}
