import { join } from 'node:path';
import { visibleText } from '../../../protocol/text.ts';
import { formatBytes, formatCount } from '../../../protocol/units.ts';
import type { MediaFacts } from './mediaFacts.ts';
import { organizerErrors } from './organizerErrors.ts';
import { RecordFile } from './recordFile.ts';
import type { JournalRecord, PlanRecord } from './records.ts';

/**
 * `planned`: a dry run would place it. `present`: its content is in the target already. `duplicate`: it has the content of another
 * source, which is kept. `inPlace`: it stands where it belongs. `skipped`, `failed`: it is left as it is, see `reason`.
 */
export type OrganizeOutcome = 'planned' | 'placed' | 'present' | 'duplicate' | 'inPlace' | 'skipped' | 'failed';

/** What became, or would become, of one file. */
export interface OrganizedFile {
	/** Absolute. */
	source: string;
	outcome: OrganizeOutcome;
	/** Absolute; of what is planned, placed or present. */
	target?: string;
	/** Of duplicates and of what is present: the file with the same content. */
	of?: string;
	/** Why it was left. */
	reason?: string;
	/** Bytes. */
	size: number;
	/** Absent where the file could not be read or was no file. */
	facts?: MediaFacts;
}

/** Sums of a run. */
export interface OrganizeTotals {
	/** Names that were found, also those that are left. */
	files: number;
	outcomes: Record<OrganizeOutcome, number>;
	/** Of what is planned, or placed. */
	bytes: number;
	/** Bytes that were read to compare contents. */
	hashedBytes: number;
	ms: number;
	/** RSS of the process when the run began and at its highest. */
	memory: { startBytes: number; peakBytes: number };
	/** Share of look-ups in the index of contents and names that needed no disk; absent where there were none. */
	cacheHitRate?: number;
}

const TABLE_ROWS = 50;

/**
 * What a run did, or what a dry run would do: sums, and by iterating file for file in the order of the plan, read from the disk piece by piece. It is
 * valid until the next run into the target; that of a dry run until `close`.
 */
export class OrganizeResult implements AsyncIterable<OrganizedFile>, AsyncDisposable {
	readonly dryRun: boolean;
	/** An unfinished run was continued: `totals` are those of the whole, `ms`, `memory` and `hashedBytes` those of this part. */
	readonly resumed: boolean;
	readonly totals: Readonly<OrganizeTotals>;
	readonly #folder: string;
	readonly #target: string;
	readonly #close: () => Promise<void>;

	/** @internal */
	constructor(
		run: { dryRun: boolean; resumed: boolean; folder: string; target: string; close: () => Promise<void> },
		totals: OrganizeTotals,
	) {
		this.dryRun = run.dryRun;
		this.resumed = run.resumed;
		this.totals = totals;
		this.#folder = run.folder;
		this.#target = run.target;
		this.#close = run.close;
	}

	[Symbol.asyncIterator](): AsyncGenerator<OrganizedFile, void, undefined> {
		return organizedFiles(this.#folder, this.#target, this.dryRun);
	}

	/** The first `rows` files (50 when absent) as lines: what is done with each and where it goes. Text of names is made harmless. */
	async table(rows = TABLE_ROWS): Promise<string> {
		const lines: string[] = [];
		for await (const { outcome, source, target, of, reason, size } of this) {
			if (lines.length >= rows) break;
			const where = target ?? of ?? reason ?? '';
			const name = (text: string) => visibleText(text, 200);
			const sign = outcome === 'planned' || outcome === 'placed' ? '->' : '= ';
			lines.push(`${outcome.padEnd(9)} ${formatBytes(size).padStart(9)}  ${name(source)} ${sign} ${name(where)}`);
		}
		const left = this.totals.files - lines.length;
		if (left > 0) lines.push(`and ${formatCount(left)} more`);
		return lines.join('\n');
	}

	/** Removes the plan of a dry run; plan and journal of a real one stay in the target until the next. */
	close(): Promise<void> {
		return this.#close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

/** Plan and journal side by side: both have the same order. */
export async function* organizedFiles(
	folder: string,
	target: string,
	dryRun: boolean,
): AsyncGenerator<OrganizedFile, void, undefined> {
	const plan = await RecordFile.reopen<PlanRecord>(join(folder, 'plan.jsonl'));
	if (!plan) throw organizerErrors.disposed();
	const journal = dryRun ? undefined : await RecordFile.reopen<JournalRecord>(join(folder, 'journal.jsonl'));
	const entries = journal?.records();
	try {
		for await (const { record } of plan.records()) {
			if (record.action === 'head' || record.action === 'end' || record.action === 'there') continue;
			const { source, size, facts } = record;
			const file = { source, size, ...(facts && { facts }) };
			if (record.action === 'place') {
				const entry = await entries?.next();
				yield { ...file, ...placedOutcome(record.target, entry?.value ? entry.value.record : undefined, target) };
			} else if ('reason' in record) yield { ...file, outcome: record.action, reason: record.reason };
			else if ('of' in record) {
				const there = record.action === 'present' ? { target: record.of } : {};
				yield { ...file, outcome: record.action, of: record.of, ...there };
			} else yield { ...file, outcome: record.action, target: source };
		}
	} finally {
		await entries?.return();
		await Promise.all([plan.close(), journal?.close()]);
	}
}

function placedOutcome(planned: string, entry: JournalRecord | undefined, target: string) {
	if (!entry || !('at' in entry)) return { outcome: 'planned' as const, target: join(target, planned) };
	if (entry.outcome === 'failed') return { outcome: entry.outcome, reason: entry.reason };
	return { outcome: entry.outcome, target: join(target, entry.target) };
}
