import { freemem, totalmem } from 'node:os';
import { readText } from './readText.ts';

export interface SystemMemory {
	totalBytes: number;
	/** What programs can still get without swapping; absent where the system does not tell (macOS before Node 26, see below). */
	availableBytes?: number;
}

const MEM_AVAILABLE = /^MemAvailable:\s+(\d+) kB$/m;

/**
 * Linux: MemAvailable of /proc/meminfo, which counts what the kernel can give up; 10 to 15 µs (`os.freemem()` gives the same figure).
 * Windows: `os.freemem()` is the available physical memory.
 * macOS: `os.freemem()` counts only pages that nothing uses, near 0 on a healthy machine. `process.availableMemory()` adds inactive
 * and purgeable pages from libuv 1.52 on (Node 24.21 and 26.10 have 1.52.1; Node 20.20 has 1.46, 22.23 has 1.51: there it is
 * the same as `os.freemem()`). Where it is older nothing honest is known without a child process, so nothing is said.
 */
export function systemMemory(): SystemMemory {
	const totalBytes = knownTotal();
	const availableBytes = availableMemory();
	return { totalBytes, ...(availableBytes !== undefined && { availableBytes }) };
}

function availableMemory(): number | undefined {
	if (process.platform === 'darwin') return countsInactivePages() ? process.availableMemory() : undefined;
	if (process.platform === 'linux') {
		const kilobytes = MEM_AVAILABLE.exec(readText('/proc/meminfo') ?? '')?.[1];
		if (kilobytes !== undefined) return Number(kilobytes) * 1024;
	}
	return freemem();
}

let total: number | undefined;

function knownTotal(): number {
	total ??= totalmem();
	return total;
}

function countsInactivePages(): boolean {
	const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number);
	return major > 1 || (major === 1 && minor >= 52);
}
