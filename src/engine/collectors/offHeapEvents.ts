import type { CallTreeEntry } from '../../protocol/entries.ts';
import type { OffHeapEntry } from '../../protocol/offHeapEntries.ts';
import type { OffHeapReport } from '../../protocol/runtimeLink.ts';
import type { SessionClock } from '../inspector/clock.ts';
import type { CallTreeBuilder } from '../sources/callTreeBuilder.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

/** A program that makes functions without end has stacks without end: beyond these only the built-in that allocated is told. */
const MAX_STACKS = 100_000;

export type OffHeapCost = Pick<OffHeapReport, 'spentMs' | 'ownBytes' | 'samples' | 'intervalBytes'>;

export interface OffHeapEventsOptions {
	clock: SessionClock;
	tree: CallTreeBuilder;
	emit: (entry: OffHeapEntry | CallTreeEntry) => void;
	/** Settles when every entry of the runtime that was polled so far is told: contexts refer to its regions. */
	regionsTold: () => Promise<void>;
	onError: (error: unknown) => void;
}

/** What the runtime tells of memory outside the heap, on the session's clock, on original sources and on the call tree's nodes. */
export class OffHeapEvents implements PollConsumer {
	readonly #options: OffHeapEventsOptions;
	/** Own node id by the runtime's id of a stack. */
	readonly #nodes = new Map<number, number>();
	#order: Promise<void> = Promise.resolve();
	#cost: OffHeapCost | undefined;

	constructor(options: OffHeapEventsOptions) {
		this.#options = options;
	}

	/** What the attribution has cost the script so far; absent until it has told. */
	get cost(): OffHeapCost | undefined {
		return this.#cost;
	}

	polled({ reply: { drained } }: Polled): void {
		const report = drained?.offHeap;
		if (!report) return;
		const { spentMs, ownBytes, samples, intervalBytes } = report;
		this.#cost = { spentMs, ownBytes, samples, intervalBytes };
		const told = this.#options.regionsTold();
		this.#order = this.#order
			.then(() => told)
			.then(() => this.#convert(report))
			.catch(this.#options.onError);
	}

	/** Settles when everything polled so far has been emitted. */
	async settled(): Promise<void> {
		await this.#order;
	}

	async #convert(report: OffHeapReport): Promise<void> {
		const { clock, tree, emit } = this.#options;
		const t = clock.fromTarget(report.now);
		if (report.stacks.length > 0) {
			const isFull = this.#nodes.size + report.stacks.length > MAX_STACKS;
			const stacks = isFull ? report.stacks.map(onlyBuiltIn) : report.stacks;
			const { callTree, nodeOf } = await tree.addStacks(stacks, t);
			if (callTree) emit(callTree);
			for (const [id, node] of nodeOf) this.#nodes.set(id, node);
		}
		const entry: OffHeapEntry = {
			type: 'offHeap',
			t,
			intervalBytes: report.intervalBytes,
			...(report.contexts.length > 0 && { contexts: report.contexts }),
			allocated: [],
			freed: [],
			liveBytes: report.liveBytes,
			arrayBuffersBytes: report.arrayBuffersBytes,
		};
		for (const [stack, kind, context, bytes, samples] of report.allocated) {
			const node = this.#nodes.get(stack);
			if (node !== undefined) entry.allocated.push([node, kind, context, bytes, samples]);
		}
		for (const [stack, kind, context, bytes, samples, bornAt] of report.freed) {
			const node = this.#nodes.get(stack);
			if (node !== undefined) entry.freed.push([node, kind, context, bytes, samples, clock.fromTarget(bornAt)]);
		}
		emit(entry);
	}
}

const onlyBuiltIn = ([id, frames]: OffHeapReport['stacks'][number]): OffHeapReport['stacks'][number] => [
	id,
	frames.slice(0, 1),
];
