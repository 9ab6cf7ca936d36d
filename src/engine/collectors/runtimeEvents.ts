import type { Entry, Site } from '../../protocol/entries.ts';
import type { RuntimeEntry } from '../../protocol/runtimeLink.ts';
import type { SessionClock } from '../inspector/clock.ts';
import type { SourceMaps } from '../sources/sourceMaps.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

/** Longest text and list from the script that are kept: a region's name may be anything. */
const MAX_TEXT = 1_000;
const MAX_LIST = 256;

/** What the runtime inside the script reports, put on the session's clock and on original sources, in its order. */
export class RuntimeEvents implements PollConsumer {
	readonly #clock: SessionClock;
	readonly #maps: SourceMaps;
	readonly #emit: (entry: Entry) => void;
	readonly #sites = new Map<string, Promise<Site>>();
	#order: Promise<void> = Promise.resolve();
	#dropped = 0;
	#brought = 0;

	constructor(clock: SessionClock, maps: SourceMaps, emit: (entry: Entry) => void) {
		this.#clock = clock;
		this.#maps = maps;
		this.#emit = emit;
	}

	/** Spans that the bounded queue in the script could not hold. */
	get dropped(): number {
		return this.#dropped;
	}

	/** Entries brought over so far. */
	get brought(): number {
		return this.#brought;
	}

	polled({ reply: { drained } }: Polled): void {
		if (!drained) return;
		this.#dropped += drained.dropped;
		const { entries } = drained;
		this.#brought += entries.length;
		if (entries.length > 0) this.#order = this.#order.then(() => this.#convert(entries));
	}

	/** Settles when everything polled so far has been emitted. */
	async settled(): Promise<void> {
		await this.#order;
	}

	async #convert(entries: readonly RuntimeEntry[]): Promise<void> {
		for (const entry of entries) {
			const t = this.#clock.fromTarget(entry.t);
			if (entry.type === 'regionStats') {
				this.#emit({ ...entry, t });
				continue;
			}
			const end = 'end' in entry && entry.end !== undefined ? { end: this.#clock.fromTarget(entry.end) } : undefined;
			if (entry.type === 'span') {
				this.#emit({ ...entry, t, ...end });
				continue;
			}
			const site = 'site' in entry && entry.site ? { site: await this.#site(entry.site) } : undefined;
			this.#emit({ ...(bounded(entry) as typeof entry), t, ...end, ...site } as Entry);
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

/** The same data with its texts and lists cut to what a view can hold. */
function bounded(value: unknown): unknown {
	if (typeof value === 'string') return value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
	if (Array.isArray(value)) return value.slice(0, MAX_LIST).map(bounded);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bounded(item)]));
}
