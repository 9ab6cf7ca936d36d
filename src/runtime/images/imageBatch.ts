import { createHash } from 'node:crypto';
import { access, mkdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import {
	BatchProcessor,
	fileErrors,
	MemoryManagerError,
	messageOf,
	OutputFile,
	OwnerLock,
	pathText,
	warn,
} from '../internals.ts';
import type { BandExport } from './bandExport.ts';
import { BatchJournal, type JournalEntry } from './batchJournal.ts';
import type { BatchSettingsOfImages, ImageBatchSummary } from './batchOptions.ts';
import { writeCsv, writeJson } from './batchResults.ts';
import { workingBytes } from './decodeRows.ts';
import { imageErrors } from './imageErrors.ts';
import type { ImageProcessor } from './imageProcessor.ts';
import { keyOfRegion } from './regionsOf.ts';

const JOURNAL = 'images.journal.jsonl';
const LOCK = 'images.lock';
const MAX_FAILURES = 100;
/** Columns are made for so many kinds of bands; no image has as many. */
const MAX_BANDS = 64;

interface Item {
	readonly path: string;
	/** That it takes in work. */
	readonly bytes: number;
	readonly failure?: unknown;
}

/** One batch on its way: what it has in common over its images. @internal */
export class ImageBatch {
	readonly #processor: ImageProcessor;
	readonly #settings: BatchSettingsOfImages;
	readonly #journal: BatchJournal;
	/** In the order of the input; results are written in it. */
	readonly #paths: string[] = [];
	readonly #bands = new Set<string>();
	readonly #failures: { path: string; code: string; message: string }[] = [];
	#resumed = 0;
	#measured = 0;
	#failed = 0;

	private constructor(processor: ImageProcessor, settings: BatchSettingsOfImages, journal: BatchJournal) {
		this.#processor = processor;
		this.#settings = settings;
		this.#journal = journal;
	}

	static async run(
		processor: ImageProcessor,
		paths: Iterable<string | URL> | AsyncIterable<string | URL>,
		settings: BatchSettingsOfImages,
	): Promise<ImageBatchSummary> {
		const { output, resume, signal } = settings;
		signal?.throwIfAborted();
		await mkdir(output, { recursive: true }).catch((error: unknown) => {
			throw fileErrors.fileUnwritable(output, error);
		});
		const lock = await OwnerLock.take(join(output, LOCK), pid => imageErrors.busy(output, LOCK, pid)).catch(
			(error: unknown) => {
				throw error instanceof MemoryManagerError ? error : fileErrors.fileUnwritable(output, error);
			},
		);
		try {
			const journal = await BatchJournal.open(join(output, JOURNAL), await parametersOf(processor, settings), resume);
			try {
				return await new ImageBatch(processor, settings, journal).#run(paths);
			} finally {
				await journal.close();
			}
		} finally {
			await lock.release();
		}
	}

	async #run(paths: Iterable<string | URL> | AsyncIterable<string | URL>): Promise<ImageBatchSummary> {
		const { name, concurrency, maxBytes, signal, totalImages } = this.#settings;
		const batch = new BatchProcessor<Item, JournalEntry>({
			name,
			concurrency,
			maxBytes,
			bytesOf: ({ bytes }) => bytes,
			processItem: (item, context) => this.#process(item, context.signal),
		});
		try {
			const run = batch.process(this.#items(paths), {
				...(signal && { signal }),
				...(totalImages !== undefined && { totalItems: totalImages }),
			});
			for await (const entry of run) {
				await this.#journal.add(entry);
				this.#count(entry);
				this.#tell(entry.path, run.progress().concurrency);
			}
		} finally {
			batch.dispose();
		}
		const results = await this.#write();
		return {
			images: this.#paths.length,
			measured: this.#measured,
			resumed: this.#resumed,
			failed: this.#failed,
			failures: this.#failures,
			results,
		};
	}

	/** Those that are left to do, with what they take. */
	async *#items(paths: Iterable<string | URL> | AsyncIterable<string | URL>): AsyncGenerator<Item> {
		for await (const given of paths) {
			const path = pathText('processBatch', given, 'paths');
			this.#paths.push(path);
			const done = await this.#done(path);
			if (done) {
				this.#resumed++;
				this.#note(done);
				this.#tell(path, undefined);
				continue;
			}
			try {
				const info = await this.#processor.inspect(path);
				yield { path, bytes: workingBytes(info, this.#processor.spoolBytes) };
			} catch (failure) {
				yield { path, bytes: 1, failure };
			}
		}
	}

	/** What the journal has of the file as it is now, with its bands still there. */
	async #done(path: string): Promise<JournalEntry | undefined> {
		if (!this.#journal.has(path)) return undefined;
		const entry = await this.#journal.entry(path);
		if (!entry?.regions) return undefined;
		const found = await stat(path).catch(() => undefined);
		if (found?.size !== entry.bytes || found?.mtimeMs !== entry.changedMs) return undefined;
		for (const file of entry.exported ?? []) {
			if (
				!(await access(file).then(
					() => true,
					() => false,
				))
			)
				return undefined;
		}
		return entry;
	}

	async #process({ path, failure }: Item, signal: AbortSignal): Promise<JournalEntry> {
		try {
			if (failure !== undefined) throw failure;
			const { statistics, bands } = this.#settings;
			const image = await this.#processor.open(path);
			try {
				const regions = await image.statistics({ ...statistics, signal });
				const exported = bands ? await image.exportBands(this.#exportOf(path, bands), { signal }) : undefined;
				const { identity } = image;
				return {
					path,
					bytes: identity.bytes,
					changedMs: identity.changedMs,
					width: image.info.width,
					height: image.info.height,
					regions,
					...(exported && { exported: exported.map(file => file.path) }),
				};
			} finally {
				const closed = image.close();
				// A decoder that is under way ends by itself.
				if (!signal.aborted) await closed;
			}
		} catch (error) {
			signal.throwIfAborted();
			const code = error instanceof MemoryManagerError ? error.code : 'fileUnreadable';
			// Without the library no image can be read.
			if (code === 'missingPackage') throw error;
			return { path, error: { code, message: messageOf(error) } };
		}
	}

	/** Files of the same name lie in different folders: a part of the path's hash tells them apart. */
	#exportOf(path: string, bands: Omit<BandExport, 'folder' | 'stem' | 'overwrite'>): BandExport {
		const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
		const stem = `${basename(path, extname(path)).slice(0, 150)}-${hash}`;
		return { ...bands, folder: join(this.#settings.output, 'bands'), stem, overwrite: true };
	}

	#count(entry: JournalEntry): void {
		this.#note(entry);
		if (!entry.error) {
			this.#measured++;
			return;
		}
		this.#failed++;
		if (this.#failures.length < MAX_FAILURES) this.#failures.push({ path: entry.path, ...entry.error });
	}

	#note({ regions = [] }: JournalEntry): void {
		for (const band of Object.keys(regions[0]?.bands ?? {})) {
			if (this.#bands.size < MAX_BANDS) this.#bands.add(band);
		}
	}

	#tell(path: string, concurrency: number | undefined): void {
		const { onProgress, totalImages } = this.#settings;
		if (!onProgress) return;
		try {
			onProgress({
				path,
				images: this.#resumed + this.#measured + this.#failed,
				...(totalImages !== undefined && { totalImages }),
				resumed: this.#resumed,
				failed: this.#failed,
				...(concurrency !== undefined && { concurrency }),
			});
		} catch (error) {
			warn(`onProgress of the batch "${this.#settings.name}" failed: ${messageOf(error)}`, error);
		}
	}

	/** From the journal, so that what was found before a kill is there as well. */
	async #write(): Promise<string> {
		const { output, format, statistics } = this.#settings;
		const path = join(output, `results.${format}`);
		const file = await OutputFile.create(path, { overwrite: true, input: this.#journal.path });
		try {
			const columns = { ...statistics, bands: [...this.#bands] };
			if (format === 'csv') await writeCsv(file, this.#entries(), columns);
			else await writeJson(file, this.#entries());
		} catch (error) {
			await file.discard();
			throw error;
		}
		await file.commit();
		return path;
	}

	async *#entries(): AsyncGenerator<JournalEntry> {
		for (const path of this.#paths) {
			const entry = await this.#journal.entry(path);
			if (entry) yield entry;
		}
	}
}

/** What the results depend on besides the images. */
async function parametersOf(processor: ImageProcessor, settings: BatchSettingsOfImages): Promise<string> {
	const { regions, statistics, bands } = settings;
	const keys = await Promise.all(regions.map(async region => [region.name, await keyOfRegion(region)]));
	const { percentiles, perPixel, onlyMeans } = statistics;
	const asked = JSON.stringify([keys, percentiles, perPixel, onlyMeans, bands ?? null, processor.reading]);
	return createHash('sha256').update(asked).digest('hex');
}
