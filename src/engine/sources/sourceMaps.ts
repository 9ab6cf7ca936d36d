import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Logger } from '../../base/logger.ts';
import { messageOf } from '../errors.ts';

export interface Position {
	file: string;
	/** 1-based, both. */
	line: number;
	column: number;
	functionName?: string;
}

interface Script {
	url: string;
	sourceMapUrl: string | undefined;
}

const MOST_SCRIPTS = 10_000;
/** A script's tail is where its `//# sourceMappingURL=` stands. */
const TAIL_COMMENT = /\/\/[#@] ?sourceMappingURL=(\S+)\s*$/;

/** Generated positions to original ones, from inline maps and map files. A map that cannot be read is reported once and left out. */
export class SourceMaps {
	readonly #byId = new Map<string, Script>();
	readonly #byFile = new Map<string, Script>();
	/** Goes with its script. */
	readonly #maps = new WeakMap<Script, Promise<TraceMap | undefined>>();
	readonly #logger: Logger;

	constructor(logger: Logger) {
		this.#logger = logger;
	}

	/** From `Debugger.scriptParsed`. */
	addScript(id: string, url: string, sourceMapUrl: string | undefined): void {
		if (url === '' || url.startsWith('node:') || url.startsWith('memory-manager:')) return;
		const script = { url, sourceMapUrl: sourceMapUrl || undefined };
		remember(this.#byId, id, script);
		remember(this.#byFile, pathOf(url), script);
	}

	/** The script as it runs, by V8's id. */
	fileOf(scriptId: string): string | undefined {
		const script = this.#byId.get(scriptId);
		return script && pathOf(script.url);
	}

	/** The original of a position (1-based); the position itself where there is no map. */
	async original(url: string, line: number, column: number, scriptId?: string): Promise<Position> {
		const file = pathOf(url);
		const generated = { file, line, column };
		if (!isAbsolute(file)) return generated;
		const script =
			(scriptId === undefined ? undefined : this.#byId.get(scriptId)) ?? this.#byFile.get(file) ?? this.#unseen(file);
		const map = await this.#load(script);
		if (!map) return generated;
		const at = { line, column: Math.max(0, column - 1) };
		const found = [originalPositionFor(map, at), originalPositionFor(map, { ...at, bias: LEAST_UPPER_BOUND })].find(
			position => position.source !== null,
		);
		if (!found || found.source === null) return generated;
		return {
			file: pathOf(found.source),
			line: found.line,
			column: found.column + 1,
			...(found.name !== null && { functionName: found.name }),
		};
	}

	/** Attached without script events: the file itself says where its map is. */
	#unseen(file: string): Script {
		const script = { url: file, sourceMapUrl: undefined };
		remember(this.#byFile, file, script);
		return script;
	}

	#load(script: Script): Promise<TraceMap | undefined> {
		let map = this.#maps.get(script);
		if (!map) {
			map = this.#read(script).catch(error => {
				this.#logger.warn(`The source map of ${script.url.slice(0, 200)} could not be read: ${messageOf(error)}`);
				return undefined;
			});
			this.#maps.set(script, map);
		}
		return map;
	}

	async #read(script: Script): Promise<TraceMap | undefined> {
		const file = pathOf(script.url);
		const url = script.sourceMapUrl ?? (await commentOf(file));
		if (url === undefined) return undefined;
		if (url.startsWith('data:')) return new TraceMap(decodeDataUrl(url), file);
		if (/^https?:/.test(url)) return undefined;
		const path = url.startsWith('file:') ? fileURLToPath(url) : resolve(dirname(file), decodeURIComponent(url));
		return new TraceMap(await readFile(path, 'utf8'), path);
	}
}

/** Scripts come without end in programs that make them; the newest are the likelier ones. */
function remember(scripts: Map<string, Script>, key: string, script: Script): void {
	scripts.delete(key);
	scripts.set(key, script);
	if (scripts.size > MOST_SCRIPTS)
		for (const oldest of [...scripts.keys()].slice(0, MOST_SCRIPTS / 10)) scripts.delete(oldest);
}

export function pathOf(url: string): string {
	if (!url.startsWith('file:')) return url;
	try {
		return fileURLToPath(url);
	} catch {
		return url;
	}
}

async function commentOf(file: string): Promise<string | undefined> {
	// A script that is gone or was never a file has no map: not worth a word.
	const text = await readFile(file, 'utf8').catch(() => '');
	return TAIL_COMMENT.exec(text.slice(-100_000).trimEnd())?.[1];
}

function decodeDataUrl(url: string): string {
	const comma = url.indexOf(',');
	const body = url.slice(comma + 1);
	return url.slice(0, comma).includes(';base64')
		? Buffer.from(body, 'base64').toString('utf8')
		: decodeURIComponent(body);
}
