import type { Site } from '../../protocol/entries.ts';
import type { StreamEntry } from '../../protocol/runtimeEntries.ts';
import { sharedHub } from '../reporter.ts';
import type { StreamRecord } from '../reporting/records.ts';
import { shortName } from '../reporting/shortName.ts';

export interface StreamIdentity {
	readonly kind: StreamEntry['kind'];
	readonly name: string;
	readonly path: string;
	readonly site: Site | undefined;
	/** Of readers and encoders. */
	readonly format?: string;
}

/** One file being read, as reports see it: from its opening to its closing. */
export class StreamTrack {
	readonly record: StreamRecord;
	#id: number | undefined;

	constructor({ kind, name, path, site, format }: StreamIdentity) {
		const counted = kind === 'lines' ? 0 : undefined;
		this.record = {
			kind,
			name: shortName(name),
			path: shortName(path),
			format,
			site,
			version: 0,
			disposed: false,
			totalBytes: undefined,
			readBytes: 0,
			writtenBytes: kind === 'transform' || kind === 'encoder' ? 0 : undefined,
			chunks: 0,
			lines: counted,
			items: format === undefined ? undefined : 0,
			chunkBytes: 0,
			bufferBytes: format === undefined ? undefined : 0,
			failed: false,
		};
	}

	opened(totalBytes: number | undefined): void {
		this.record.totalBytes = totalBytes;
		this.#id = sharedHub().streams.add(this.record, this as object);
	}

	/** `chunkBytes`: what was asked for; a chunk at the end is shorter. */
	chunk(bytes: number, chunkBytes: number): void {
		this.record.readBytes += bytes;
		this.record.chunks++;
		this.record.chunkBytes = chunkBytes;
		this.record.version++;
	}

	lines(count: number): void {
		this.record.lines = (this.record.lines ?? 0) + count;
		this.record.version++;
	}

	/** What kind of file it turned out to be. */
	isA(format: string): void {
		this.record.format = format;
		this.record.version++;
	}

	items(count: number): void {
		this.record.items = (this.record.items ?? 0) + count;
		this.record.version++;
	}

	/** Bytes in buffers now. */
	holds(bytes: number): void {
		this.record.bufferBytes = bytes;
		this.record.version++;
	}

	wrote(bytes: number): void {
		this.record.writtenBytes = (this.record.writtenBytes ?? 0) + bytes;
		this.record.version++;
	}

	failed(): void {
		this.record.failed = true;
		this.record.version++;
	}

	closed(): void {
		if (this.#id !== undefined) sharedHub().streams.remove(this.#id);
		this.#id = undefined;
	}
}
