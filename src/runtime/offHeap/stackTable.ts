import type { RawFrame } from '../../protocol/runtimeLink.ts';

/** Stacks kept apart: all further ones are told by the built-in alone. */
const MAX_STACKS = 8_192;
const FRAME_BYTES = 120;

/** Stacks by content; each is told once. */
export class StackTable {
	readonly #ids = new Map<string, number>();
	#untold: [id: number, frames: RawFrame[]][] = [];
	#frames = 0;
	/** Of the stack asked for last: nobody but Node was on it, and nobody is known to have asked for it. */
	isOrphan = false;

	/** An estimate. */
	get ownBytes(): number {
		return this.#frames * FRAME_BYTES;
	}

	reset(): void {
		this.#ids.clear();
		this.#untold = [];
		this.#frames = 0;
	}

	/**
	 * Natives, which have no place, and our own frames are left out. Where all the others are Node's own, `origin` is asked for those of the
	 * call behind them. 5 µs for a stack that is known.
	 */
	idOf(
		builtin: string,
		sites: readonly NodeJS.CallSite[],
		origin?: () => readonly NodeJS.CallSite[] | undefined,
	): number {
		this.isOrphan = false;
		if (origin && isNodesAlone(sites)) {
			const calls = origin();
			if (calls) return this.idOf(builtin, calls);
			this.isOrphan = true;
		}
		let key = builtin;
		// No `join`, no iterator: the script may have replaced them. A position tells line, column and function.
		for (let i = 0; i < sites.length; i++) {
			const site = sites[i] as NodeJS.CallSite;
			const url = site.getFileName();
			if (!url || url === __filename) continue;
			key += `\n${url}:${site.getPosition()}`;
		}
		const known = this.#ids.get(key);
		if (known !== undefined) return known;
		if (this.#ids.size >= MAX_STACKS && sites.length > 0) return this.idOf(builtin, []);
		const id = this.#ids.size + 1;
		const frames = [[builtin, '', 0, 0] as RawFrame, ...framesOf(sites)];
		this.#ids.set(key, id);
		this.#untold.push([id, frames]);
		this.#frames += frames.length;
		return id;
	}

	takeUntold(): [id: number, frames: RawFrame[]][] {
		const untold = this.#untold;
		this.#untold = [];
		return untold;
	}
}

/** No function of the script, nor of a package, is among them. */
export function isNodesAlone(sites: readonly NodeJS.CallSite[]): boolean {
	for (let i = 0; i < sites.length; i++) {
		const url = (sites[i] as NodeJS.CallSite).getFileName();
		if (url && url !== __filename && !isOfNode(url)) return false;
	}
	return true;
}

/** `node:` or `wasm:`: the parser of `fetch` is such a module, and a script's own is called by the script. */
const isOfNode = (url: string): boolean =>
	url[4] === ':' &&
	((url[0] === 'n' && url[1] === 'o' && url[2] === 'd' && url[3] === 'e') ||
		(url[0] === 'w' && url[1] === 'a' && url[2] === 's' && url[3] === 'm'));

function framesOf(sites: readonly NodeJS.CallSite[]): RawFrame[] {
	const frames: RawFrame[] = [];
	for (const site of sites) {
		const url = site.getFileName();
		const line = site.getLineNumber();
		const column = site.getColumnNumber();
		if (!url || !line || !column || url === __filename) continue;
		const functionLine = site.getEnclosingLineNumber();
		const functionColumn = site.getEnclosingColumnNumber();
		const frame: RawFrame = [site.getFunctionName() ?? '', url, line, column];
		if (functionLine && functionColumn) frame.push(functionLine, functionColumn);
		frames.push(frame);
	}
	return frames;
}
