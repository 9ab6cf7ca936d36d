import { MemoryMonitor } from '../../../src/runtime/monitor/memoryMonitor.ts';
import { checkPressure, disposeMonitoring, startMonitoring } from '../../../src/runtime/monitor/sharedMonitor.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ROUNDS = 15;
const WARM_UP = 2;
const SAMPLES = 2_000;
const CHECKS = 1_000_000;

/** What it costs to watch: one sample, the same as a share of the time at the default interval, and the look inside a busy loop. */
export async function bench(): Promise<BenchRow[]> {
	const monitor = new MemoryMonitor();
	const sample: number[] = [];
	const check: number[] = [];
	startMonitoring();
	checkPressure();
	for (let round = -WARM_UP; round < ROUNDS; round++) {
		const perSample = cpuUs(() => repeat(SAMPLES, () => monitor.sample())) / SAMPLES;
		const perCheck = (cpuUs(() => repeat(CHECKS, checkPressure)) / CHECKS) * 1_000;
		if (round < 0) continue;
		sample.push(perSample);
		check.push(perCheck);
	}
	disposeMonitoring();
	const shares = sample.map(us => (100 * us) / (1_000 * monitor.intervalMs));
	return [
		{
			name: 'MemoryMonitor, one sample',
			measured: `${spreadText(sample, 0)} µs`,
			target: '≤ 50 µs',
			met: median(sample) <= 50,
		},
		{
			name: 'MemoryMonitor at its default interval, share of one core',
			measured: `${spreadText(shares, 3)} %`,
			target: '≤ 0.05 %',
			met: median(shares) <= 0.05,
		},
		{
			name: 'checkPressure while no sample is due',
			measured: `${spreadText(check, 0)} ns`,
			target: '≤ 100 ns',
			met: median(check) <= 100,
		},
	];
}

function repeat(times: number, fn: () => unknown): void {
	for (let i = 0; i < times; i++) fn();
}

/** Processor time, which depends less than wall time on what else the machine does. */
function cpuUs(run: () => void): number {
	const before = process.cpuUsage();
	run();
	const { user, system } = process.cpuUsage(before);
	return user + system;
}

if (import.meta.main) console.table(await bench());
