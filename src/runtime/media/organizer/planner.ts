import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchProcessor, messageOf } from '../../internals.ts';
import { hashFile } from './contentHash.ts';
import { DigestTable, keyOf } from './digestTable.ts';
import { withSuffix } from './layout.ts';
import { type MediaFacts, mediaFacts } from './mediaFacts.ts';
import { systemCode } from './organizerErrors.ts';
import { RecordFile } from './recordFile.ts';
import type { PlanRecord, ScanRecord } from './records.ts';
import { PLAN_VERSION } from './records.ts';
import type { RunContext } from './runContext.ts';
import { foldedName } from './safeNames.ts';
import { identityOf, walk } from './walk.ts';

/** What of a size was found: one source, more of them, one in the target. */
const ONE_SOURCE = 1;
const MORE_SOURCES = 2;
const IN_TARGET = 4;

export interface FoundTotals {
	files: number;
	bytes: number;
}

/** What one file turned out to be. */
type Read =
	| { scan: ScanRecord; facts: MediaFacts; hash?: string }
	| { scan: ScanRecord; hash: string }
	| { scan: ScanRecord; reason: string }
	| { scan: ScanRecord };

/**
 * Finds all files, then reads each and decides on its place. What it finds, decides and compares with lies in files in `context.folder`; in
 * memory are the pages of the tables that the cache keeps.
 */
export class Planner {
	readonly #context: RunContext;
	readonly #sizes: DigestTable;
	readonly #contents: DigestTable;
	readonly #names: DigestTable;
	readonly #found: FoundTotals = { files: 0, bytes: 0 };

	constructor(context: RunContext) {
		this.#context = context;
		const table = (name: string) => new DigestTable(join(context.folder, `${name}.table`), context.cache);
		this.#sizes = table('sizes');
		this.#contents = table('contents');
		this.#names = table('names');
	}

	/** Writes the plan. */
	async write(plan: RecordFile<PlanRecord>): Promise<void> {
		const scan = await RecordFile.create<ScanRecord>(join(this.#context.folder, 'scan.jsonl'));
		try {
			await this.#find(scan);
			await this.#decide(scan, plan);
		} finally {
			await scan.close();
			await rm(scan.path);
		}
	}

	close(): void {
		for (const table of [this.#sizes, this.#contents, this.#names]) table.close();
	}

	async #find(scan: RecordFile<ScanRecord>): Promise<void> {
		const { settings, sources, signal, targetIdentity, workIdentity, progress } = this.#context;
		const own = [targetIdentity, workIdentity].filter(identity => identity !== undefined);
		const sourceIdentities = new Set(workIdentity === undefined ? [] : [workIdentity]);
		for (const source of sources) sourceIdentities.add(source.identity);
		// The target first: what it holds is kept.
		if (targetIdentity !== undefined) {
			const there = { followLinks: false, without: sourceIdentities, signal };
			for await (const file of walk(settings.target, there)) {
				if ('skipped' in file) continue;
				this.#names.set(keyOf(foldedName(file.path)), 1);
				this.#sawSize(file.size, IN_TARGET);
				await scan.append({ ...file, there: true });
			}
		}
		const options = { followLinks: settings.followLinks, without: new Set(own), signal };
		for (const { path } of sources) {
			for await (const file of walk(path, options)) {
				if ('skipped' in file) await scan.append({ size: 0, modifiedMs: 0, ...file });
				else {
					this.#sawSize(file.size, ONE_SOURCE);
					await scan.append({ ...file });
					this.#found.bytes += file.size;
				}
				this.#found.files++;
				progress.tell({ phase: 'find', ...this.#found });
			}
		}
		await scan.flush();
		progress.tell({ phase: 'find', ...this.#found }, true);
	}

	async #decide(scan: RecordFile<ScanRecord>, plan: RecordFile<PlanRecord>): Promise<void> {
		const { settings, fingerprint, run, signal, progress } = this.#context;
		const { files, bytes: totalBytes } = this.#found;
		await plan.append({ action: 'head', version: PLAN_VERSION, fingerprint, run, files });
		const reading = new BatchProcessor<ScanRecord, Read>({
			name: `${settings.name}: read`,
			processItem: record => this.#read(record),
			concurrency: settings.concurrency,
			bytesOf: () => this.#context.buffers.bufferBytes,
		});
		const done = { files: 0, bytes: 0 };
		const totals = { files: 0, places: 0, placeBytes: 0 };
		try {
			const records = scan.records();
			for await (const read of reading.process(bare(records), signal ? { signal } : {})) {
				const record = await this.#decided(read, plan);
				if (record) {
					const offset = await plan.append(record);
					if ('hash' in record && record.hash !== undefined) this.#contents.add(keyOf(record.hash), offset);
					if (record.action === 'place') {
						totals.places++;
						totals.placeBytes += record.size;
					}
				}
				if (read.scan.there) continue;
				totals.files++;
				done.files++;
				done.bytes += read.scan.size;
				progress.tell({ phase: 'plan', ...done, totalFiles: files, totalBytes });
			}
		} finally {
			reading.dispose();
		}
		await plan.append({ action: 'end', ...totals });
		await plan.sync();
		progress.tell({ phase: 'plan', ...done, totalFiles: files, totalBytes }, true);
	}

	/** Of several files at a time, in any order: nothing here depends on other files but what was found. */
	async #read(scan: ScanRecord): Promise<Read> {
		const { settings, signal, buffers, counts } = this.#context;
		if (scan.skipped !== undefined) return { scan, reason: scan.skipped };
		const seen = this.#sizes.values(keyOf(String(scan.size)))[0] ?? 0;
		const hash = async (buffer: Buffer) => {
			const hashed = await hashFile(scan.path, { buffer, signal });
			counts.hashedBytes += hashed.bytes;
			return hashed.hash;
		};
		try {
			// What only the target holds in this size is of no interest.
			if (scan.there && !(seen & (ONE_SOURCE | MORE_SOURCES))) return { scan };
			return await buffers.use(async buffer => {
				if (scan.there) return { scan, hash: await hash(buffer) };
				const facts = await mediaFacts(scan.path, scan.modifiedMs, buffer);
				const wanted = settings.types.has(facts.type) && seen !== ONE_SOURCE;
				return { scan, facts, ...(wanted && { hash: await hash(buffer) }) };
			});
		} catch (error) {
			if (signal?.aborted) throw error;
			return scan.there ? { scan } : { scan, reason: `unreadable: ${messageOf(error)}` };
		}
	}

	/** One file after the other, in their order: the first of a content is kept, the first of a name has it. */
	async #decided(read: Read, plan: RecordFile<PlanRecord>): Promise<PlanRecord | undefined> {
		const { scan } = read;
		const hash = 'hash' in read ? read.hash : undefined;
		if (scan.there) return hash === undefined ? undefined : { action: 'there', source: scan.path, hash };
		const file = { source: scan.path, size: scan.size, modifiedMs: scan.modifiedMs };
		if ('reason' in read) {
			const failed = scan.skipped === undefined || scan.skipped === 'unreadable';
			const reason = scan.detail === undefined ? read.reason : `${read.reason}: ${scan.detail}`;
			return { action: failed ? 'failed' : 'skipped', ...file, reason };
		}
		if (!('facts' in read)) return undefined;
		const { facts } = read;
		if (!this.#context.settings.types.has(facts.type)) {
			return { action: 'skipped', ...file, reason: `type ${facts.type}`, facts };
		}
		const first = hash === undefined ? undefined : await this.#sameContent(hash, plan);
		if (first) {
			if (first.source === scan.path) return { action: 'skipped', ...file, reason: 'seen before', facts };
			const action = first.action === 'there' ? 'present' : 'duplicate';
			return { action, ...file, of: first.source, facts };
		}
		let target: string | undefined;
		try {
			target = await this.#freeName(scan.path, facts);
		} catch (error) {
			return { action: 'failed', ...file, reason: `no place: ${messageOf(error)}`, facts };
		}
		if (target === undefined) return { action: 'inPlace', ...file, facts };
		return { action: 'place', ...file, target, ...(hash !== undefined && { hash }), facts };
	}

	async #sameContent(hash: string, plan: RecordFile<PlanRecord>) {
		for (const offset of this.#contents.values(keyOf(hash))) {
			const record = await plan.at(offset);
			if ((record.action === 'there' || record.action === 'place') && record.hash === hash) return record;
		}
		return undefined;
	}

	/** Below the target; `undefined` where the file stands in its place already. */
	async #freeName(source: string, facts: MediaFacts): Promise<string | undefined> {
		const { target, layout } = this.#context.settings;
		const wanted = layout.pathFor(source, facts);
		// Where the search for this name ended: thousands of cameras' IMG_0001 must not each begin anew.
		const counter = keyOf(`/${foldedName(wanted)}`);
		for (let number = (this.#names.values(counter)[0] ?? 0) + 1; ; number++) {
			const name = withSuffix(wanted, number);
			const path = join(target, name);
			const key = keyOf(foldedName(path));
			if (this.#names.values(key).length > 0) continue;
			const there = await lstat(path, { bigint: true }).catch(error => {
				if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
				throw error;
			});
			const own = there && (await lstat(source, { bigint: true }).catch(() => undefined));
			const inPlace = there !== undefined && own !== undefined && identityOf(own) === identityOf(there);
			if (there && !inPlace) continue;
			this.#names.set(key, 1);
			this.#names.set(counter, number);
			return inPlace ? undefined : name;
		}
	}

	#sawSize(size: number, what: number): void {
		const key = keyOf(String(size));
		const seen = this.#sizes.values(key)[0] ?? 0;
		const now = what === ONE_SOURCE && seen & (ONE_SOURCE | MORE_SOURCES) ? seen | MORE_SOURCES : seen | what;
		if (now !== seen) this.#sizes.set(key, now);
	}
}

async function* bare(records: AsyncIterable<{ record: ScanRecord }>): AsyncGenerator<ScanRecord, void, undefined> {
	for await (const { record } of records) yield record;
}
