import type { MemoryLevel } from '../../protocol/entries.ts';
import type { BatchCause } from '../../protocol/runtimeEntries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { BytesPerItem } from './bytesPerItem.ts';

/** Share of size, concurrency and bytes that a level leaves. */
const LEVEL_SHARE: Readonly<Record<MemoryLevel, number>> = { normal: 1, elevated: 0.75, high: 0.5, critical: 0.25 };
/** A size chosen by bytes leaves this much unused, so that noise in the measurement does not change it again at once. */
const HEADROOM = 0.9;
const GROWTH = 1.5;

export interface SizerBounds {
	readonly minSize: number;
	readonly maxSize: number;
	/** Size while bytes per item are not known; absent: `maxSize`, or `minSize` where bytes are bounded and have to be measured first. */
	readonly baseSize: number | undefined;
	readonly maxConcurrency: number;
	readonly maxBytes: number | undefined;
	/** Whether each item declares its bytes. */
	readonly declared: boolean;
	/** False: neither level nor measurement changes the size. */
	readonly adaptive: boolean;
}

export interface SizeDecision {
	readonly size: number;
	readonly concurrency: number;
	readonly cause: BatchCause;
	/** One sentence. */
	readonly reason: string;
}

/** What a size is to be, before it is known how fast it may get there. */
interface Target {
	size: number;
	concurrency: number;
	/** Bytes, not a bound or the level, hold it down. */
	byBytes: boolean;
	/** `minSize` holds it up. */
	atMin: boolean;
}

/**
 * Chooses how many items make a batch and how many batches are in work. Shrinks at once and grows by half per batch. No clock, no input
 * and no output: the same observations give the same decisions.
 */
export class BatchSizer {
	readonly #bounds: SizerBounds;
	readonly #onDecision: (decision: SizeDecision) => void;
	readonly #perItem = new BytesPerItem();
	#size: number;
	#concurrency: number;
	#reason: string;
	#level: MemoryLevel;

	constructor(
		bounds: SizerBounds,
		level: MemoryLevel,
		onDecision: (decision: SizeDecision) => void,
		predicted?: { size: number; reason: string },
	) {
		this.#bounds = bounds;
		this.#onDecision = onDecision;
		this.#level = level;
		const share = this.#share();
		const { size, reason } = predicted ?? firstSize(bounds);
		this.#size = this.#within(Math.floor(size * share));
		this.#concurrency = this.#levelConcurrency();
		this.#reason = share === 1 ? reason : `${reason} ${this.#levelText()}`;
		onDecision({ size: this.#size, concurrency: this.#concurrency, cause: 'start', reason: this.#reason });
	}

	get size(): number {
		return this.#size;
	}
	get concurrency(): number {
		return this.#concurrency;
	}
	/** Of the last decision. */
	get reason(): string {
		return this.#reason;
	}
	get bytesPerItem(): number | undefined {
		return this.#perItem.estimate;
	}
	/** Bytes that may be in work now. */
	get budget(): number | undefined {
		const { maxBytes } = this.#bounds;
		return maxBytes === undefined ? undefined : maxBytes * this.#share();
	}

	/** A batch ended: `bytes` are those of `items`, absent where nothing was measured. */
	batchEnded(bytes: number | undefined, items: number, level: MemoryLevel): void {
		if (bytes !== undefined) this.#perItem.add(bytes, items);
		this.#decide(level, 'level', true);
	}

	/** Shrinks at once where the level asks for it; true when something changed. Growth waits for the end of a batch. */
	follow(level: MemoryLevel, cause: 'level' | 'pressure'): boolean {
		return level !== this.#level && this.#decide(level, cause, false);
	}

	#decide(level: MemoryLevel, levelCause: 'level' | 'pressure', mayGrow: boolean): boolean {
		const previous = this.#level;
		this.#level = level;
		if (!this.#bounds.adaptive) return false;
		const target = this.#target();
		const size = this.#nextSize(target, mayGrow);
		const concurrency = nextTo(this.#concurrency, target.concurrency, mayGrow);
		if (size === this.#size && concurrency === this.#concurrency) return false;
		const shrinks = size < this.#size || concurrency < this.#concurrency;
		const higher = LEVEL_SHARE[level] < LEVEL_SHARE[previous];
		const cause = !shrinks ? 'growth' : higher ? levelCause : target.atMin ? 'limit' : 'bytes';
		this.#reason = this.#why(cause, size, concurrency, target);
		this.#size = size;
		this.#concurrency = concurrency;
		this.#onDecision({ size, concurrency, cause, reason: this.#reason });
		return true;
	}

	#nextSize({ size, byBytes }: Target, mayGrow: boolean): number {
		if (size < this.#size) {
			// Inside the headroom a size that once fitted still fits.
			return byBytes && this.#stillFits() ? this.#size : size;
		}
		if (!mayGrow || (byBytes && this.#size >= size * HEADROOM)) return this.#size;
		return nextTo(this.#size, size, true);
	}

	#target(): Target {
		const { minSize, maxSize, baseSize, maxBytes } = this.#bounds;
		const each = this.#perItem.estimate;
		const levelConcurrency = this.#levelConcurrency();
		if (each === undefined || maxBytes === undefined) {
			const size = Math.floor((baseSize ?? firstSize(this.#bounds).size) * this.#share());
			return { size: this.#within(size), concurrency: levelConcurrency, byBytes: false, atMin: false };
		}
		const fitting = Math.max(1, Math.floor(maxBytes / (each * minSize)));
		const concurrency = Math.min(this.#bounds.maxConcurrency, fitting);
		const byteSize = Math.floor((maxBytes * HEADROOM) / concurrency / each);
		return {
			size: this.#within(Math.floor(Math.min(byteSize, maxSize) * this.#share())),
			concurrency: Math.min(concurrency, levelConcurrency),
			byBytes: byteSize < maxSize,
			atMin: byteSize < minSize,
		};
	}

	#stillFits(): boolean {
		const each = this.#perItem.estimate ?? 0;
		return this.#size * each * this.#concurrency <= (this.budget ?? 0);
	}

	#why(cause: BatchCause, size: number, concurrency: number, { size: aim, byBytes }: Target): string {
		const { maxBytes, minSize } = this.#bounds;
		const each = `About ${formatBytes(this.#perItem.estimate)} per item`;
		const change = [
			...(size === this.#size ? [] : [`from ${this.#size} to ${itemsText(size)}`]),
			...(concurrency === this.#concurrency ? [] : [`from ${this.#concurrency} to ${concurrency} batches at a time`]),
		].join(' and ');
		switch (cause) {
			case 'level':
			case 'pressure':
				return `${this.#levelText()} Now ${change}.`;
			case 'limit':
				return `${each}: ${itemsText(minSize)}, the least allowed, leave no room within ${formatBytes(maxBytes)}; ${change}.`;
			case 'bytes':
				return `${each}: ${change}, to stay within ${formatBytes(this.budget)}.`;
			default:
				return `${byBytes ? `${each}: t` : 'T'}here is room for ${itemsText(aim)}; ${change}.`;
		}
	}

	#levelText(): string {
		return `Memory pressure is ${this.#level}: ${LEVEL_SHARE[this.#level] * 100} % of the usual size.`;
	}

	#share(): number {
		return this.#bounds.adaptive ? LEVEL_SHARE[this.#level] : 1;
	}

	#levelConcurrency(): number {
		const { maxConcurrency, adaptive } = this.#bounds;
		if (adaptive && this.#level === 'critical') return 1;
		return Math.max(1, Math.floor(maxConcurrency * this.#share()));
	}

	#within(size: number): number {
		return Math.min(this.#bounds.maxSize, Math.max(this.#bounds.minSize, size));
	}
}

function nextTo(now: number, aim: number, mayGrow: boolean): number {
	if (aim <= now) return aim;
	return mayGrow ? Math.min(aim, Math.max(now + 1, Math.floor(now * GROWTH))) : now;
}

function firstSize({ baseSize, minSize, maxSize, maxBytes, declared, adaptive }: SizerBounds) {
	if (baseSize !== undefined) return { size: baseSize, reason: `Begins with the ${itemsText(baseSize)} asked for.` };
	if (maxBytes === undefined || declared || !adaptive) {
		return { size: maxSize, reason: `Begins with ${itemsText(maxSize)}, the most allowed.` };
	}
	return {
		size: minSize,
		reason: `Bytes per item are not known yet: begins with ${itemsText(minSize)}, the least allowed, to measure them.`,
	};
}

export const itemsText = (count: number): string => `${count} ${count === 1 ? 'item' : 'items'}`;
