import type { Content } from './content.ts';
import { Refusal } from './hdf5Protocol.ts';
import type { Hdf5Dataset, Hdf5Entry, Hdf5Link } from './hdf5Types.ts';
import { attempt, type Steps } from './renewal.ts';

/** Paths get longer with each group, and each look at an object follows its path. */
const MOST_DEPTH = 1_000;
const BATCH = 64;
const ROOT = '/';
/** What stands for bytes that are no UTF-8. */
const REPLACED = '\ufffd';

interface Level {
	readonly path: string;
	readonly names: readonly string[];
	next: number;
}

/**
 * Every object from the root on, groups before their members. An object that comes again, as hard links allow, even within itself, is
 * told as what it is the same as, and not entered again. Links are told, not followed.
 */
export function* walk(first: Content): Steps<readonly Hdf5Entry[]> {
	const seen = new Map<bigint, string>();
	const levels: Level[] = [];
	let content = first;
	let batch: Hdf5Entry[] = [];
	for (let path: string | undefined = ROOT; path !== undefined; path = nextPath(levels)) {
		const at = path;
		const visit = (now: Content) => {
			const entry = entryOf(now, at);
			const isNew = entry.type !== 'link' && !seen.has(entry.address);
			return { entry, names: isNew && entry.type === 'group' ? now.names(at) : undefined };
		};
		const { value, content: used } = yield* attempt(content, visit);
		const { entry, names } = value;
		content = used;
		const sameAs = entry.type === 'link' ? undefined : seen.get(entry.address);
		if (entry.type !== 'link' && sameAs === undefined) seen.set(entry.address, at);
		if (names) levels.push({ path: at, names, next: 0 });
		if (levels.length > MOST_DEPTH) throw new Refusal('unsupported', `groups are nested deeper than ${MOST_DEPTH}.`);
		batch.push(entry.type === 'link' || sameAs === undefined ? entry : { ...entry, sameAs });
		if (batch.length < BATCH) continue;
		yield batch;
		batch = [];
	}
	if (batch.length > 0) yield batch;
}

function nextPath(levels: Level[]): string | undefined {
	for (let level = levels.at(-1); level; level = levels.at(-1)) {
		const name = level.names[level.next++];
		if (name !== undefined) return level.path === ROOT ? `/${name}` : `${level.path}/${name}`;
		levels.pop();
	}
	return undefined;
}

function entryOf(content: Content, path: string): Hdf5Entry {
	if (path.includes(REPLACED)) throw new Refusal('unsupported', `the name of ${path} is not UTF-8.`);
	const link = path === ROOT ? undefined : linkOf(content, path);
	if (link) return link;
	const type = content.typeOf(path);
	const object = () => ({ path, address: content.address(path), ...content.attributes(path) });
	if (type === 'group') return { type, ...object() };
	if (type === 'dataset') return datasetOf(content, path);
	if (type === 'datatype') return { type, ...object(), dtype: content.namedType(path) };
	return { type: 'link', path, kind: 'userDefined', target: undefined };
}

function linkOf(content: Content, path: string): Hdf5Link | undefined {
	const target = content.softLink(path);
	if (target !== undefined) return { type: 'link', path, kind: 'soft', target };
	const external = content.externalLink(path);
	return external && { type: 'link', path, kind: 'external', target: external.path, file: external.file };
}

export function datasetOf(content: Content, path: string): Hdf5Dataset {
	return { ...content.dataset(path), address: content.address(path), ...content.attributes(path) };
}
