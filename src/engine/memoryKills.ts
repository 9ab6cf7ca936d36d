import { readFileSync } from 'node:fs';
import { findContainerLimit, killCounters, type ReadText } from '../protocol/containerMemory.ts';

export interface MemoryKill {
	by: 'container' | 'machine';
	/** The container's. */
	limitBytes?: number;
}

const MACHINE = '/proc/vmstat';

/**
 * Whether the kernel ended a process for want of memory: it counts its kills, by container and for the machine. How often a container was
 * at its limit (`memory.failcnt`) tells nothing: mostly the kernel finds something to take back.
 */
export class MemoryKills {
	readonly #read: ReadText;
	#paths: string[] = [];
	#limitBytes: number | undefined;
	#container: number | undefined;
	#machine: number | undefined;

	/** `read` is for tests. */
	constructor(read: ReadText = readText) {
		this.#read = read;
	}

	/** Once the process is there; when it is gone nobody knows any more which container was its own. */
	watch(pid: number, totalBytes: number): void {
		this.#paths = killCounters(this.#read, pid, totalBytes);
		this.#limitBytes = findContainerLimit(this.#read, pid, totalBytes)?.limitBytes;
		this.#container = this.#ofContainer();
		this.#machine = this.#ofMachine();
	}

	/** Whom to blame for a SIGKILL since then; `undefined`: somebody else. */
	since(): MemoryKill | undefined {
		const container = this.#ofContainer();
		if (rose(this.#container, container))
			return { by: 'container', ...(this.#limitBytes !== undefined && { limitBytes: this.#limitBytes }) };
		return rose(this.#machine, this.#ofMachine()) ? { by: 'machine' } : undefined;
	}

	#ofContainer(): number | undefined {
		let sum: number | undefined;
		for (const path of this.#paths) {
			const count = countIn(this.#read(path));
			if (count !== undefined) sum = (sum ?? 0) + count;
		}
		return sum;
	}

	#ofMachine(): number | undefined {
		return countIn(this.#read(MACHINE));
	}
}

const rose = (before: number | undefined, now: number | undefined): boolean =>
	before !== undefined && now !== undefined && now > before;

/** The same word in all three kinds of file. */
function countIn(text: string | undefined): number | undefined {
	const count = /^oom_kill (\d{1,15})$/m.exec(text ?? '')?.[1];
	return count === undefined ? undefined : Number(count);
}

function readText(path: string): string | undefined {
	if (process.platform !== 'linux') return undefined;
	try {
		return readFileSync(path, 'latin1');
	} catch {
		// Not this kind of control group, or it is gone.
		return undefined;
	}
}
