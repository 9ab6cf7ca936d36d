import { createRequire } from 'node:module';
import { join } from 'node:path';
import { MemoryManagerError } from '../runtimeError.ts';
import { type GpuFigures, type GpuMemory, gpuMemoryOf } from './gpuFigures.ts';

interface Probe {
	readGpus(): Promise<GpuFigures[]>;
}

let running: Promise<GpuMemory[] | undefined> | undefined;

/**
 * Memory of each graphics device, bytes; `undefined` where there is none or none tells. Asks the system's tools (`nvidia-smi`,
 * `lspci`, `system_profiler`, PowerShell), which takes up to seconds, part of it while the script stands still: not for loops.
 * Callers at the same time share one answer.
 * Rejects with a `MemoryManagerError` (`gpuUnavailable`) where the part of this package that asks cannot be loaded or fails.
 *
 * @example
 * const [gpu] = (await gpuMemory()) ?? [];
 * if (gpu?.freeBytes !== undefined && gpu.freeBytes < needed) useCpu();
 */
export function gpuMemory(): Promise<GpuMemory[] | undefined> {
	running ??= readGpuMemory(loadProbe).finally(() => {
		running = undefined;
	});
	return running;
}

/** @internal */
export async function readGpuMemory(load: () => Probe): Promise<GpuMemory[] | undefined> {
	try {
		return gpuMemoryOf(await load().readGpus());
	} catch (cause) {
		const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
		throw new MemoryManagerError('gpuUnavailable', `The memory of graphics devices cannot be read: ${why}`, { cause });
	}
}

/** Lies beside the library; not there when the library was put into a bundle without it. */
function loadProbe(): Probe {
	return createRequire(join(__dirname, 'index.cjs'))('./gpu.cjs') as Probe;
}
