import { resolve } from 'node:path';
import { checkOptionNames, isPositiveInteger, pathText, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import { Layout } from './layout.ts';
import { MEDIA_TYPES, type MediaType } from './mediaFacts.ts';

export interface MediaOrganizerOptions {
	/** The folder below which files are laid out. Made where it is missing; its folder `.media-organizer` holds plan and journal. */
	target: string | URL;
	/** `copy` when absent. */
	mode?: 'copy' | 'move';
	/**
	 * Where a file goes below the target: names with `/` between, and fields in braces: type, format, year, month, day, date, time, width,
	 * height, camera, folder (the one it lies in), name, ext. `{type}/{year}/{month}/{name}{ext}` when absent.
	 */
	layout?: string;
	/** What is organised; the rest is left where it is and told. All but `other` when absent. */
	types?: readonly MediaType[];
	/** Links are followed; each linked folder once. Otherwise they are told and left. */
	followLinks?: boolean;
	/** Copies are read back from the disk and compared by SHA-256; true when absent. */
	verify?: boolean;
	/** Most files in work at a time; fewer while memory is short. 4 when absent. */
	concurrency?: number;
	/** Most bytes of the index of contents and names in memory; the rest of it is on disk. 4 MiB when absent. */
	cacheBytes?: number;
	/** What reports call its batches and caches; `organizer` when absent. */
	name?: string;
}

export interface OrganizeProgress {
	/** `find`: walks the sources. `plan`: reads and compares. `place`: copies or moves. */
	readonly phase: 'find' | 'plan' | 'place';
	readonly files: number;
	/** Absent while they are being found. */
	readonly totalFiles?: number;
	/** Of the files dealt with in this phase. */
	readonly bytes: number;
	readonly totalBytes?: number;
}

export interface OrganizeOptions {
	/** Plans and changes nothing. */
	dryRun?: boolean;
	/** Ends the run with its reason; what is placed stays, and the same call continues. */
	signal?: AbortSignal;
	/** Told at most ten times a second and at the end of each phase. One that throws is reported and stops nothing. */
	onProgress?: (progress: OrganizeProgress) => void;
	/** What to do with an unfinished run that lies in the target: finish it when it is the same (when absent), or forget it. */
	unfinished?: 'resume' | 'discard';
}

export interface OrganizerSettings {
	readonly target: string;
	readonly mode: 'copy' | 'move';
	readonly layout: Layout;
	readonly types: ReadonlySet<MediaType>;
	readonly followLinks: boolean;
	readonly verify: boolean;
	readonly concurrency: number;
	readonly cacheBytes: number;
	readonly name: string;
}

const NAMES: OptionNames<MediaOrganizerOptions> = {
	target: true,
	mode: true,
	layout: true,
	types: true,
	followLinks: true,
	verify: true,
	concurrency: true,
	cacheBytes: true,
	name: true,
};
const RUN_NAMES: OptionNames<OrganizeOptions> = { dryRun: true, signal: true, onProgress: true, unfinished: true };

const DEFAULT_LAYOUT = '{type}/{year}/{month}/{name}{ext}';
const DEFAULT_CONCURRENCY = 4;
const DEFAULT_CACHE_BYTES = 4 * 1024 * 1024;
/** Below that, each look-up would read the disk. */
const LEAST_CACHE_BYTES = 256 * 1024;
const OWNER = 'MediaOrganizer';

/** Throws `invalidOption`. */
export function organizerSettings(options: MediaOrganizerOptions): OrganizerSettings {
	const refuse = (option: string, expected: string, value: unknown) =>
		runtimeErrors.invalidOption(OWNER, option, expected, value);
	if (typeof options !== 'object' || options === null) throw refuse('options', 'an object with a target', options);
	checkOptionNames(OWNER, options, NAMES);
	const { mode = 'copy', layout = DEFAULT_LAYOUT, followLinks = false, verify = true, name = 'organizer' } = options;
	const { concurrency = DEFAULT_CONCURRENCY, cacheBytes = DEFAULT_CACHE_BYTES } = options;
	const { types = MEDIA_TYPES.filter(type => type !== 'other') } = options;
	if (mode !== 'copy' && mode !== 'move') throw refuse('mode', '"copy" or "move"', mode);
	if (typeof layout !== 'string') throw refuse('layout', 'a text such as {year}/{name}{ext}', layout);
	if (!Array.isArray(types) || !types.every(type => (MEDIA_TYPES as readonly unknown[]).includes(type))) {
		throw refuse('types', `a list of ${MEDIA_TYPES.join(', ')}`, types);
	}
	for (const [option, value] of Object.entries({ followLinks, verify })) {
		if (typeof value !== 'boolean') throw refuse(option, 'true or false', value);
	}
	if (!isPositiveInteger(concurrency)) throw refuse('concurrency', 'a positive whole number', concurrency);
	if (!isPositiveInteger(cacheBytes) || cacheBytes < LEAST_CACHE_BYTES) {
		throw refuse('cacheBytes', `a whole number of bytes from ${LEAST_CACHE_BYTES} on`, cacheBytes);
	}
	if (typeof name !== 'string' || name === '') throw refuse('name', 'a text that is not empty', name);
	const target = resolve(pathText(OWNER, options.target, 'target'));
	const bounds = { concurrency, cacheBytes };
	return { target, mode, layout: new Layout(layout), types: new Set(types), followLinks, verify, ...bounds, name };
}

/** The sources as absolute paths. Throws `invalidOption`. */
export function checkedSources(sources: unknown): string[] {
	const list = Array.isArray(sources) ? sources : [sources];
	if (list.length === 0) throw runtimeErrors.invalidOption(OWNER, 'sources', 'at least one folder or file', sources);
	return [...new Set(list.map(source => resolve(pathText(OWNER, source, 'sources'))))];
}

/** Throws `invalidOption`. */
export function checkRunOptions(options: OrganizeOptions): OrganizeOptions {
	const refuse = (option: string, expected: string, value: unknown) =>
		runtimeErrors.invalidOption(OWNER, option, expected, value);
	if (typeof options !== 'object' || options === null) throw refuse('options', 'an object such as { dryRun }', options);
	checkOptionNames(OWNER, options, RUN_NAMES);
	const { dryRun, signal, onProgress, unfinished } = options;
	if (dryRun !== undefined && typeof dryRun !== 'boolean') throw refuse('dryRun', 'true or false', dryRun);
	if (signal !== undefined && !(signal instanceof AbortSignal)) throw refuse('signal', 'an AbortSignal', signal);
	if (onProgress !== undefined && typeof onProgress !== 'function')
		throw refuse('onProgress', 'a function', onProgress);
	if (unfinished !== undefined && unfinished !== 'resume' && unfinished !== 'discard') {
		throw refuse('unfinished', '"resume" or "discard"', unfinished);
	}
	return options;
}
