import type { Entry, Site } from '../../protocol/entries.ts';
import type { RuntimeEntry } from '../../protocol/runtimeLink.ts';
import type { SessionClock } from '../inspector/clock.ts';
import type { SourceMaps } from '../sources/sourceMaps.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

/** Longest text from the script that is kept: a region's name may be anything. */
const MAX_NAME = 1_000;

/** What the runtime inside the script reports, put on the session's clock and on original sources, in its order. */
export class RuntimeEvents implements PollConsumer {
	readonly #clock: SessionClock;
	readonly #maps: SourceMaps;
	readonly #emit: (entry: Entry) => void;
	readonly #sites = new Map<string, Promise<Site>>();
	#order: Promise<void> = Promise.resolve();
	#dropped = 0;

	constructor(clock: SessionClock, maps: SourceMaps, emit: (entry: Entry) => void) {
		this.#clock = clock;
		this.#maps = maps;
		this.#emit = emit;
	}

	/** Spans that the bounded queue in the script could not hold. */
	get dropped(): number {
		return this.#dropped;
	}

	polled({ reply: { drained } }: Polled): void {
		if (!drained) return;
		this.#dropped += drained.dropped;
		const { entries } = drained;
		if (entries.length > 0) this.#order = this.#order.then(() => this.#convert(entries));
	}

	/** Settles when everything polled so far has been emitted. */
	async settled(): Promise<void> {
		await this.#order;
	}

	async #convert(entries: readonly RuntimeEntry[]): Promise<void> {
		for (const entry of entries) {
			const t = this.#clock.fromTarget(entry.t);
			if (entry.type === 'span') {
				this.#emit({ ...entry, t, ...(entry.end !== undefined && { end: this.#clock.fromTarget(entry.end) }) });
			} else if (entry.type === 'regionStats') {
				this.#emit({ ...entry, t });
			} else {
				const site = entry.site && (await this.#site(entry.site));
				this.#emit({ ...entry, t, name: entry.name.slice(0, MAX_NAME), ...(site && { site }) });
			}
		}
	}

	#site(site: Site): Promise<Site> {
		const key = `${site.file}\0${site.line}\0${site.column}`;
		let mapped = this.#sites.get(key);
		if (!mapped) {
			mapped = this.#maps.original(site.file, site.line, site.column).then(({ file, line, column }) => ({
				...site,
				file,
				line,
				column,
			}));
			this.#sites.set(key, mapped);
		}
		return mapped;
	}
}
