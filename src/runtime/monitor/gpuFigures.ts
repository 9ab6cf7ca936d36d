/** What a driver tells of one device, MiB; anything may be missing. */
export interface GpuFigures {
	vendor?: string | undefined;
	name?: string | undefined;
	totalMib?: number | null | undefined;
	usedMib?: number | null | undefined;
	freeMib?: number | null | undefined;
}

/** Memory of one graphics device, bytes. */
export interface GpuMemory {
	name: string;
	totalBytes: number;
	/** Absent where the driver does not tell. */
	usedBytes?: number;
	freeBytes?: number;
}

const MIB = 1024 * 1024;

/** Those that tell their memory; `undefined` where none does. */
export function gpuMemoryOf(figures: readonly GpuFigures[]): GpuMemory[] | undefined {
	const devices = figures.flatMap(({ vendor, name, totalMib, usedMib, freeMib }) => {
		if (!isAmount(totalMib) || totalMib === 0) return [];
		const free = isAmount(freeMib) ? freeMib : undefined;
		// systeminformation leaves a 0 out: where the free memory is known, so is the used, and it is nothing.
		const used = isAmount(usedMib) ? usedMib : free === undefined ? undefined : 0;
		return {
			name: name || vendor || 'Graphics device',
			totalBytes: totalMib * MIB,
			...(used !== undefined && { usedBytes: used * MIB }),
			...(free !== undefined && { freeBytes: free * MIB }),
		};
	});
	return devices.length > 0 ? devices : undefined;
}

/** Lines `name, total, used, free` as nvidia-smi writes them; `[N/A]` where it does not know. */
export function parseNvidiaSmi(text: string): GpuFigures[] {
	return text.split('\n').flatMap(line => {
		const parts = line.trim().split(', ');
		// The name may hold the separator.
		const [totalMib, usedMib, freeMib] = parts.splice(-3).map(part => (/^\d+$/.test(part) ? Number(part) : undefined));
		return parts.length === 0 || totalMib === undefined ? [] : { name: parts.join(', '), totalMib, usedMib, freeMib };
	});
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
