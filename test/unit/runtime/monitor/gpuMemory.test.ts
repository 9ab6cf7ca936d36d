import assert from 'node:assert/strict';
import { type GpuFigures, gpuMemoryOf, parseNvidiaSmi } from '../../../../src/runtime/monitor/gpuFigures.ts';
import { gpuMemory, readGpuMemory } from '../../../../src/runtime/monitor/gpuMemory.ts';
import { MemoryManagerError } from '../../../../src/runtime/runtimeError.ts';

const MIB = 1024 * 1024;
const probe = (figures: GpuFigures[]) => () => ({ readGpus: async () => figures });
const unavailable = (text: RegExp) => (error: unknown) =>
	error instanceof MemoryManagerError && error.code === 'gpuUnavailable' && text.test(error.message);

describe('gpuMemory', () => {
	it('gives bytes per device', async () => {
		const figures = [{ name: 'NVIDIA L4', totalMib: 23_034, usedMib: 4, freeMib: 22_566 }];
		assert.deepEqual(await readGpuMemory(probe(figures)), [
			{ name: 'NVIDIA L4', totalBytes: 23_034 * MIB, usedBytes: 4 * MIB, freeBytes: 22_566 * MIB },
		]);
	});

	it('is undefined where there is no device, or none that tells', async () => {
		assert.equal(await readGpuMemory(probe([])), undefined);
		const silent = [{ name: 'Matrox' }, { name: 'Cirrus', totalMib: null }, { name: 'Odd', totalMib: Number.NaN }];
		assert.equal(await readGpuMemory(probe(silent)), undefined);
		assert.equal(gpuMemoryOf([{ totalMib: 0 }]), undefined);
	});

	it('leaves out what a driver does not tell, and knows a 0 that was left out', () => {
		assert.deepEqual(gpuMemoryOf([{ vendor: 'Apple', totalMib: 1 }]), [{ name: 'Apple', totalBytes: MIB }]);
		assert.deepEqual(gpuMemoryOf([{ totalMib: 8, freeMib: 8 }]), [
			{ name: 'Graphics device', totalBytes: 8 * MIB, usedBytes: 0, freeBytes: 8 * MIB },
		]);
	});

	it('says so when the part that asks cannot be loaded or fails', async () => {
		await assert.rejects(gpuMemory(), unavailable(/cannot be read/));
		const failing = () => ({ readGpus: () => Promise.reject(new Error('no tool\nat x')) });
		await assert.rejects(readGpuMemory(failing), unavailable(/no tool$/));
	});

	it('reads what nvidia-smi prints', () => {
		const text = 'NVIDIA H200, 143771, 0, 143156\r\nOdd, name, 10, [N/A], [N/A]\nno figures\n, \n';
		assert.deepEqual(parseNvidiaSmi(text), [
			{ name: 'NVIDIA H200', totalMib: 143_771, usedMib: 0, freeMib: 143_156 },
			{ name: 'Odd, name', totalMib: 10, usedMib: undefined, freeMib: undefined },
		]);
	});
});
