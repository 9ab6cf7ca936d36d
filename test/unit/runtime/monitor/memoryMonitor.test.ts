import assert from 'node:assert/strict';
import { configure, resetConfig } from '../../../../src/runtime/config.ts';
import { CALM_SAMPLES } from '../../../../src/runtime/monitor/levelFilter.ts';
import { MemoryMonitor } from '../../../../src/runtime/monitor/memoryMonitor.ts';
import type { MemoryMonitorOptions } from '../../../../src/runtime/monitor/monitorOptions.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { MemoryManagerError } from '../../../../src/runtime/runtimeError.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { machineAt } from './rawUsage.ts';

/** A monitor on a machine whose use the test sets. */
function fakeMonitor(options: MemoryMonitorOptions = {}) {
	const machine = { share: 0.1 };
	const monitor = new MemoryMonitor({ read: () => machineAt(machine.share), ...options });
	const changes: string[] = [];
	monitor.onPressure(({ previous, level, simulated }) =>
		changes.push(`${previous}>${level}${simulated ? ' simulated' : ''}`),
	);
	return { machine, monitor, changes };
}

const refused = (option: string) => (error: unknown) =>
	error instanceof MemoryManagerError && error.code === 'invalidOption' && error.message.includes(`"${option}"`);

describe('MemoryMonitor', () => {
	afterEach(resetConfig);

	it('reads what is known of this process and its machine', () => {
		const usage = new MemoryMonitor().memoryUsage();
		assert.ok(usage.rssBytes > 10e6 && usage.rssBytes < usage.system.totalBytes);
		assert.ok(usage.heapUsedBytes <= usage.heapTotalBytes && usage.heapTotalBytes < usage.heapLimitBytes);
		assert.ok(usage.arrayBuffersBytes <= usage.externalBytes);
		if (process.platform === 'linux') assert.ok((usage.system.availableBytes ?? 0) > 0);
		assert.match(usage.levelReason, /\.$/);
	});

	it('counts the configured limit in', () => {
		configure({ maxMemoryBytes: 52 * 1024 * 1024 });
		const { monitor } = fakeMonitor();
		const { level, levelReason, maxMemoryBytes } = monitor.sample();
		assert.deepEqual(
			[level, levelReason, maxMemoryBytes],
			['critical', 'The process is at 96 % of its own limit of 52.0 MB.', 52 * 1024 * 1024],
		);
		assert.equal(monitor.level, 'critical');
	});

	it('tells changes once, falls late, and tells low memory only when it rises', () => {
		const { machine, monitor, changes } = fakeMonitor();
		const low: string[] = [];
		monitor.onLowMemory(({ level }, usage) => low.push(`${level} ${usage?.level}`));
		monitor.sample();
		machine.share = 0.96;
		monitor.sample();
		monitor.sample();
		machine.share = 0.88;
		for (let i = 0; i < CALM_SAMPLES; i++) monitor.sample();
		machine.share = 0.1;
		for (let i = 0; i < CALM_SAMPLES; i++) monitor.sample();
		assert.deepEqual(changes, ['normal>critical', 'critical>high', 'high>normal']);
		assert.deepEqual(low, ['critical critical']);
	});

	it('lets no callback stop the others', () => {
		const { machine, monitor } = fakeMonitor();
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		try {
			let told = 0;
			monitor.onPressure(() => {
				throw new Error('mine');
			});
			monitor.onPressure(() => told++);
			machine.share = 0.9;
			monitor.sample();
			assert.equal(told, 1);
			assert.deepEqual(warnings, ['A callback for memory pressure failed: mine']);
		} finally {
			end();
		}
	});

	it('samples in the background until it is stopped, and again when it is started again', async () => {
		const { machine, monitor, changes } = fakeMonitor({ intervalMs: 10 });
		assert.equal(monitor.running, false);
		assert.equal(monitor.start().start(), monitor);
		await waitFor(() => monitor.summary().samples >= 3, { what: 'three samples' });
		machine.share = 0.96;
		await waitFor(() => monitor.level === 'critical', { what: 'the level' });
		monitor.stop();
		assert.deepEqual([monitor.running, monitor.level], [false, 'normal']);
		assert.deepEqual(changes, ['normal>critical', 'critical>normal']);
		monitor.start();
		await waitFor(() => monitor.level === 'critical', { what: 'the level after the restart' });
		monitor.dispose();
		assert.equal(monitor.summary().samples, 0);
		// Its callbacks heard that it stopped, and are forgotten.
		assert.equal(changes.length, 4);
		monitor.sample();
		assert.deepEqual([monitor.level, changes.length], ['critical', 4]);
	});

	it('follows a changed interval', async () => {
		configure({ monitorIntervalMs: 1e6 });
		const { monitor } = fakeMonitor();
		monitor.start();
		await waitFor(() => monitor.summary().samples === 1, { what: 'the first sample' });
		configure({ monitorIntervalMs: 10 });
		await waitFor(() => monitor.summary().samples > 3, { what: 'samples at the new interval' });
		monitor.stop();
	});

	it('takes a sample inside synchronous work when one is due', () => {
		configure({ monitorIntervalMs: 10 });
		const { machine, monitor } = fakeMonitor();
		monitor.sampleIfDue();
		assert.equal(monitor.summary().samples, 0);
		monitor.start();
		machine.share = 0.96;
		monitor.sampleIfDue();
		assert.equal(monitor.level, 'critical');
		const began = performance.now();
		while (monitor.summary().samples < 3 && performance.now() - began < 5_000) monitor.sampleIfDue();
		assert.equal(monitor.summary().samples, 3);
		monitor.stop();
	});

	it('reports a reading that fails and goes on', async () => {
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		let broken = true;
		const read = () => {
			if (broken) throw new Error('no figures');
			return machineAt(0.96);
		};
		const monitor = new MemoryMonitor({ read, intervalMs: 10 }).start();
		try {
			await waitFor(() => warnings.length > 1, { what: 'two warnings' });
			assert.equal(warnings[0], 'The memory could not be read: no figures');
			broken = false;
			await waitFor(() => monitor.level === 'critical', { what: 'the level' });
		} finally {
			monitor.dispose();
			end();
		}
	});

	it('simulates a level until it is ended, over what is real', () => {
		const { machine, monitor, changes } = fakeMonitor();
		const simulation = monitor.simulate('critical');
		assert.equal(monitor.level, 'critical');
		machine.share = 0.88;
		monitor.sample();
		assert.equal(monitor.level, 'critical');
		simulation.end();
		simulation.end();
		assert.equal(monitor.level, 'elevated');
		assert.deepEqual(changes, ['normal>critical simulated', 'critical>elevated']);
	});

	it('ends a simulation by normal, by another one, by disposal and after its time', async () => {
		const { monitor, changes } = fakeMonitor();
		monitor.simulate('high');
		monitor.simulate('normal');
		assert.equal(monitor.level, 'normal');
		const first = monitor.simulate('elevated');
		{
			using _second = monitor.simulate('critical');
			first.end();
			assert.equal(monitor.level, 'critical');
		}
		assert.equal(monitor.level, 'normal');
		monitor.simulate('high', { durationMs: 5 });
		await waitFor(() => monitor.level === 'normal', { what: 'the end of the simulation' });
		monitor.simulate('high');
		monitor.dispose();
		assert.equal(monitor.level, 'normal');
		assert.equal(changes.filter(change => change.endsWith('simulated')).length, 5);
	});

	it('disposed of, it claims no level from samples that were asked for', () => {
		const { machine, monitor } = fakeMonitor();
		machine.share = 0.99;
		monitor.sample();
		assert.equal(monitor.level, 'critical');
		monitor.dispose();
		assert.equal(monitor.level, 'normal');
	});

	it('counts no reading that is none', () => {
		const monitor = new MemoryMonitor({ read: () => ({}) as never });
		assert.throws(() => monitor.sample());
		assert.equal(monitor.summary().samples, 0);
	});

	it('lets no callback change what the others and the library are told', () => {
		const seen: string[] = [];
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		const monitor = new MemoryMonitor({}, { after: ({ level }) => seen.push(level) });
		monitor.onPressure(change => {
			(change as { level: string }).level = 'none';
		});
		monitor.onPressure(({ level }) => seen.push(level));
		monitor.simulate('high');
		end();
		assert.deepEqual(seen, ['high', 'high']);
		assert.equal(warnings.length, 1);
	});

	it('lets a callback change the level', () => {
		const { monitor, changes } = fakeMonitor();
		const end = monitor.onPressure(({ level }) => {
			if (level === 'critical') monitor.simulate('elevated');
		});
		monitor.simulate('critical');
		assert.equal(monitor.level, 'elevated');
		end();
		assert.deepEqual(changes, ['normal>critical simulated', 'critical>elevated simulated']);
	});

	it('refuses what cannot be', () => {
		assert.throws(() => new MemoryMonitor({ intervalMs: -1 }), refused('intervalMs'));
		assert.throws(() => new MemoryMonitor({ intervalMs: Number.NaN }), refused('intervalMs'));
		for (const intervalMs of ['100', 100n, Symbol('100'), Object.create(null)] as never[]) {
			assert.throws(() => new MemoryMonitor({ intervalMs }), refused('intervalMs'));
		}
		assert.throws(() => new MemoryMonitor({ read: 5 as never }), refused('read'));
		assert.throws(() => new MemoryMonitor(null as never), refused('options'));
		const { monitor } = fakeMonitor();
		assert.throws(() => monitor.simulate('bad' as never), refused('level'));
		assert.throws(() => monitor.simulate('high', { durationMs: Number.NaN }), refused('durationMs'));
		assert.throws(() => monitor.simulate('high', { durationMs: 2 ** 31 }), refused('durationMs'));
		assert.throws(() => monitor.simulate('high', { durationMs: '5' as never }), refused('durationMs'));
		assert.throws(() => monitor.onPressure(undefined as never), refused('listener'));
		assert.throws(() => monitor.onLowMemory(undefined as never), refused('listener'));
		assert.throws(() => monitor.onSample({} as never), refused('listener'));
		assert.equal(monitor.level, 'normal');
	});
});
