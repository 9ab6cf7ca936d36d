import { createHash, randomBytes } from 'node:crypto';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { Site } from '../../../protocol/entries.ts';
import { BufferPool, calledFrom, callSiteOf, makeFolder, removeFolder } from '../../internals.ts';
import { PageCache } from './digestTable.ts';
import { OrganizeResult, type OrganizeTotals, organizedFiles } from './organizeResult.ts';
import { organizerErrors, systemCode } from './organizerErrors.ts';
import {
	checkedSources,
	checkRunOptions,
	type MediaOrganizerOptions,
	type OrganizeOptions,
	type OrganizerSettings,
	organizerSettings,
} from './organizerOptions.ts';
import { type PlaceTotals, placeAll } from './placer.ts';
import { Planner } from './planner.ts';
import { ProgressTeller } from './progressTeller.ts';
import { RecordFile } from './recordFile.ts';
import { type JournalRecord, PLAN_VERSION, type PlanRecord } from './records.ts';
import type { RunContext, Source } from './runContext.ts';
import { identityOf } from './walk.ts';
import { WORK_FOLDER, WorkFolder } from './workFolder.ts';

const BUFFER_BYTES = 256 * 1024;

/**
 * Lays out a collection of media files below a folder, by what they hold: kind and date are read from their contents, one of several files of
 * the same content is kept, names never collide. Memory does not grow with the number of files: what is found, the plan, the index of
 * contents and the journal lie on disk.
 *
 * Nothing is ever replaced, and a file that is moved is whole under its old name or its new one at every moment. After a kill the same call
 * continues. Throws a `MemoryManagerError` (`invalidOption`) for options that cannot be.
 *
 * @example
 * using organizer = new MediaOrganizer({ target: '/archive', mode: 'copy', layout: '{type}/{year}/{month}/{name}{ext}' });
 * await using preview = await organizer.plan(['/cards/one', '/cards/two']);
 * console.log(await preview.table());
 * const { totals } = await organizer.organize(['/cards/one', '/cards/two']);
 */
export class MediaOrganizer {
	readonly #settings: OrganizerSettings;
	readonly #cache: PageCache;
	readonly #buffers: BufferPool;
	/** What works on the run is reported with the place of the organiser. */
	readonly #site: Site | undefined;
	#disposed = false;

	constructor(options: MediaOrganizerOptions) {
		this.#settings = organizerSettings(options);
		const { name, cacheBytes, concurrency } = this.#settings;
		this.#site = callSiteOf(MediaOrganizer);
		const [cache, buffers] = calledFrom(
			this.#site,
			() =>
				[
					new PageCache(`${name}: index`, cacheBytes),
					new BufferPool({ name: `${name}: buffers`, bufferBytes: BUFFER_BYTES, max: concurrency }),
				] as const,
		);
		this.#cache = cache;
		this.#buffers = buffers;
	}

	/** What `organize` would do: a dry run. */
	plan(sources: string | URL | readonly (string | URL)[], options: OrganizeOptions = {}): Promise<OrganizeResult> {
		return this.organize(sources, { ...options, dryRun: true });
	}

	/**
	 * Finds all files below the sources (folders or files), plans a place for each and gives it to them. One file that fails is told in the result
	 * and stops nothing. Throws `fileUnreadable` where a source is not there, `fileUnwritable` where the target cannot be used, `invalidInput`
	 * while another run has the target or an unfinished one of other options lies there, and the signal's reason.
	 */
	organize(sources: string | URL | readonly (string | URL)[], options: OrganizeOptions = {}): Promise<OrganizeResult> {
		return calledFrom(this.#site, () => this.#organize(sources, options));
	}

	async #organize(
		sources: string | URL | readonly (string | URL)[],
		options: OrganizeOptions,
	): Promise<OrganizeResult> {
		if (this.#disposed) throw organizerErrors.disposed();
		const { dryRun = false, signal, onProgress, unfinished = 'resume' } = checkRunOptions(options);
		const wanted = checkedSources(sources);
		signal?.throwIfAborted();
		const started = performance.now();
		const found = await realSources(wanted);
		const { target } = this.#settings;
		if (!dryRun) await makeTarget(target);
		const targetIdentity = await identity(target);
		for (const source of found)
			if (source.identity === targetIdentity) throw organizerErrors.sourceIsTarget(source.path);
		const work = dryRun ? undefined : await WorkFolder.take(target);
		const folder = work?.path ?? makeFolder(tmpdir());
		const release = () => (work ? work.release() : removeFolder(folder));
		const context: RunContext = {
			settings: this.#settings,
			sources: found,
			fingerprint: fingerprintOf(this.#settings, found),
			run: randomBytes(6).toString('hex'),
			folder,
			targetIdentity,
			workIdentity: await identity(join(target, WORK_FOLDER)),
			cache: this.#cache,
			buffers: this.#buffers,
			signal,
			progress: new ProgressTeller(onProgress),
			counts: { hashedBytes: 0 },
		};
		try {
			if (work && unfinished === 'discard') await work.clear();
			const resumed = await this.#run(context, work);
			const totals = await totalsOf(context, dryRun, performance.now() - started);
			const close = async () => {
				if (dryRun) await release();
			};
			return new OrganizeResult({ dryRun, resumed, folder, target, close }, totals);
		} catch (error) {
			if (dryRun) await release();
			throw error;
		} finally {
			if (work) await release();
		}
	}

	/** Lets go of its cache and buffers; a run that is under way fails. */
	dispose(): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#cache[Symbol.dispose]();
		this.#buffers.dispose();
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	/** Whether an earlier run was continued. */
	async #run(context: RunContext, work: WorkFolder | undefined): Promise<boolean> {
		const old = work && (await unfinishedRun(context));
		if (old) {
			const earlier = { ...context, run: old.run };
			try {
				await placeAll(earlier, old.plan, old.journal, old.totals, true);
			} finally {
				await Promise.all([old.plan.close(), old.journal.close()]);
			}
			return true;
		}
		await work?.clear();
		const plan = await RecordFile.create<PlanRecord>(join(context.folder, 'plan.jsonl'));
		try {
			const planner = new Planner(context);
			await planner.write(plan).finally(() => planner.close());
			if (!work) return false;
			const journal = await RecordFile.create<JournalRecord>(join(context.folder, 'journal.jsonl'));
			const totals = await endOf(plan);
			if (totals) await placeAll(context, plan, journal, totals, false).finally(() => journal.close());
		} finally {
			await plan.close();
		}
		return false;
	}
}

async function makeTarget(target: string): Promise<void> {
	try {
		await mkdir(target, { recursive: true });
	} catch (error) {
		throw organizerErrors.targetUnusable(target, error);
	}
}

/** Without those that lie in others. */
async function realSources(paths: readonly string[]): Promise<Source[]> {
	const found: Source[] = [];
	for (const path of paths) {
		try {
			const real = await realpath(path);
			found.push({ path: real, identity: identityOf(await stat(real, { bigint: true })) });
		} catch (error) {
			throw organizerErrors.noSource(path, error);
		}
	}
	const inOther = ({ path }: Source) => found.some(other => path.startsWith(`${other.path}${sep}`));
	const once = new Map(found.filter(source => !inOther(source)).map(source => [source.path, source]));
	return [...once.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function identity(path: string): Promise<string | undefined> {
	try {
		return identityOf(await stat(path, { bigint: true }));
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw organizerErrors.targetUnusable(path, error);
	}
}

function fingerprintOf(settings: OrganizerSettings, sources: readonly Source[]): string {
	const { mode, layout, types, followLinks } = settings;
	const facts = [sources.map(({ path }) => path), mode, layout.text, [...types].sort(), followLinks];
	return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** A plan that is whole, and whose journal is not. Throws `invalidInput` for one of other sources or options. */
async function unfinishedRun({ folder, settings, fingerprint }: RunContext) {
	const plan = await RecordFile.reopen<PlanRecord>(join(folder, 'plan.jsonl'));
	const totals = plan && (await endOf(plan));
	if (!plan || !totals) {
		await plan?.close();
		return undefined;
	}
	const path = join(folder, 'journal.jsonl');
	const journal = (await RecordFile.reopen<JournalRecord>(path)) ?? (await RecordFile.create<JournalRecord>(path));
	const close = () => Promise.all([plan.close(), journal.close()]);
	try {
		let ended = false;
		for await (const { record } of journal.records()) ended = 'end' in record;
		const head = await plan.at(0);
		const known = head.action === 'head' && head.version === PLAN_VERSION ? head : undefined;
		if (ended) {
			await close();
			return undefined;
		}
		if (known?.fingerprint !== fingerprint) throw organizerErrors.otherRun(settings.target);
		return { plan, journal, totals, run: known.run };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Only a whole plan has an end. */
async function endOf(plan: RecordFile<PlanRecord>): Promise<PlaceTotals | undefined> {
	for await (const { record } of plan.records()) if (record.action === 'end') return record;
	return undefined;
}

async function totalsOf(context: RunContext, dryRun: boolean, ms: number): Promise<OrganizeTotals> {
	const { folder, settings, counts, progress, cache } = context;
	const outcomes = { planned: 0, placed: 0, present: 0, duplicate: 0, inPlace: 0, skipped: 0, failed: 0 };
	let [files, bytes] = [0, 0];
	for await (const { outcome, size } of organizedFiles(folder, settings.target, dryRun)) {
		files++;
		outcomes[outcome]++;
		if (outcome === 'planned' || outcome === 'placed') bytes += size;
	}
	const { hitRate } = cache.cache.stats();
	const memory = { startBytes: progress.startBytes, peakBytes: progress.peakBytes };
	const sums = { files, outcomes, bytes, hashedBytes: counts.hashedBytes, ms, memory };
	return { ...sums, ...(hitRate !== undefined && { cacheHitRate: hitRate }) };
}
