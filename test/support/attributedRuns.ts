import { readFileSync } from 'node:fs';
import type { CallTreeNode } from '../../src/analysis/sessionModel.ts';
import { fixture, ProfiledRun, type RunOptions } from './engineRuns.ts';

/** 1-based line of a fixture that holds this text. */
export function lineOf(script: string, text: string): number {
	const line = readFileSync(fixture(script), 'utf8')
		.split('\n')
		.findIndex(one => one.includes(text));
	if (line < 0) throw new Error(`${script} has no line with ${JSON.stringify(text)}`);
	return line + 1;
}

/** Bytes by the innermost frame of the user's own code, `function:line`. */
export function bytesByPlace(
	nodes: ReadonlyMap<number, CallTreeNode>,
	sites: Iterable<readonly [node: number, bytes: number]>,
): Map<string, number> {
	const sums = new Map<string, number>();
	for (const [id, bytes] of sites) {
		let node = nodes.get(id);
		while (node && node.frame.kind !== 'user') node = nodes.get(node.parent);
		const place = node ? `${node.frame.functionName}:${node.frame.line}` : '';
		sums.set(place, (sums.get(place) ?? 0) + bytes);
	}
	return sums;
}

/** A script that goes from phase to phase as it is told; each phase is a window of the session's time. */
export class PhasedRun implements AsyncDisposable {
	readonly run: ProfiledRun;

	private constructor(run: ProfiledRun) {
		this.run = run;
	}

	static async start(options: RunOptions): Promise<PhasedRun> {
		const run = await ProfiledRun.start(options);
		await run.entry('state', ({ state }) => state === 'running');
		return new PhasedRun(run);
	}

	/** Runs a phase between two readings of the heap; gives the times of the two. */
	async phase(name: string): Promise<{ min: number; max: number }> {
		const { session } = this.run;
		await session.refreshAllocations();
		const min = session.model.profiles.at(-1)?.t ?? 0;
		session.stdin?.write(`${name}\n`);
		await this.run.printed(`done ${name}\n`);
		await session.refreshAllocations();
		return { min, max: session.model.profiles.at(-1)?.t ?? 0 };
	}

	/** The same between two reports of what is outside the heap; each comes after a collection, so that what is dead is known to be. */
	async offHeapPhase(name: string): Promise<{ min: number; max: number }> {
		await this.run.session.refreshAllocations();
		const min = await this.#report();
		const { max } = await this.phase(name);
		return { min, max: await this.#report(max) };
	}

	/** When the first report after this moment was made; now, where none is given. */
	async #report(after = this.run.session.model.now): Promise<number> {
		return (await this.run.entry('offHeap', ({ t }) => t > after)).t;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.run[Symbol.asyncDispose]();
	}
}
