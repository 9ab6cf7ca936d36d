/** The bundle `gpu.cjs`, which the library loads when graphics memory is asked for: nobody else pays for `systeminformation`. */
import { execFile } from 'node:child_process';
import type { Systeminformation } from 'systeminformation';
import { graphics } from 'systeminformation/lib/graphics.js';
import { type GpuFigures, parseNvidiaSmi } from './monitor/gpuFigures.ts';

const QUERY = ['--query-gpu=name,memory.total,memory.used,memory.free', '--format=csv,noheader,nounits'];
const PATIENCE_MS = 10_000;

/** Every graphics device that tells something, in MiB. */
export async function readGpus(): Promise<GpuFigures[]> {
	const controllers = (await graphics())?.controllers ?? [];
	const found = controllers.map(figuresOf);
	// In containers `lspci` is often missing, without which systeminformation finds no device on Linux.
	if (process.platform === 'linux' && !found.some(gpu => gpu.totalMib)) return [...found, ...(await askNvidia())];
	return found;
}

function figuresOf(controller: Systeminformation.GraphicsControllerData): GpuFigures {
	const { vendor, model, name, vram, vramDynamic, memoryTotal, memoryUsed, memoryFree } = controller;
	// On Linux `vram` is the size of a window onto the card's memory; dynamic memory is the machine's own.
	const own = process.platform === 'linux' || vramDynamic ? undefined : vram;
	return { vendor, name: name || model, totalMib: memoryTotal ?? own, usedMib: memoryUsed, freeMib: memoryFree };
}

function askNvidia(): Promise<GpuFigures[]> {
	return new Promise(resolve => {
		execFile('nvidia-smi', QUERY, { timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) => {
			resolve(error ? [] : parseNvidiaSmi(stdout));
		});
	});
}
