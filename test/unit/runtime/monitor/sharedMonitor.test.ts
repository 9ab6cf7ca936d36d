import assert from 'node:assert/strict';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { configure, resetConfig } from '../../../../src/runtime/config.ts';
import { pressure } from '../../../../src/runtime/monitor/pressure.ts';
import {
	checkPressure,
	disposeMonitoring,
	ensureMonitoring,
	sharedMonitor,
	startMonitoring,
	stopMonitoring,
} from '../../../../src/runtime/monitor/sharedMonitor.ts';
import { recordingHub } from '../hub.ts';

const MB = 1024 * 1024;

describe('the shared monitor', () => {
	beforeEach(disposeMonitoring);
	afterEach(() => {
		disposeMonitoring();
		resetConfig();
	});

	it('is started by the first container, unless a person chose otherwise', () => {
		assert.equal(sharedMonitor().running, false);
		ensureMonitoring();
		assert.equal(sharedMonitor().running, true);
		stopMonitoring();
		ensureMonitoring();
		assert.equal(sharedMonitor().running, false);
		startMonitoring();
		assert.equal(sharedMonitor().running, true);
		disposeMonitoring();
		configure({ monitoring: 'manual' });
		ensureMonitoring();
		assert.equal(sharedMonitor().running, false);
		startMonitoring();
		assert.equal(sharedMonitor().running, true);
	});

	it('stops when monitoring becomes manual and nobody asked for it', () => {
		ensureMonitoring();
		configure({ monitoring: 'manual' });
		assert.equal(sharedMonitor().running, false);
	});

	it('sees pressure inside synchronous work, and everything follows', () => {
		const hub = recordingHub();
		using cache = new BoundedCache<number, string>({ name: 'tiles', maxBytes: 1_000, sizeOf: () => 100 });
		for (let i = 0; i < 10; i++) cache.set(i, 'tile');
		const seen: string[] = [];
		const end = pressure.onChange(({ level, simulated }) => seen.push(`${level} ${simulated}`));
		// What held before is told first.
		hub.drain();
		// This process is larger than that.
		configure({ monitorIntervalMs: 10, maxMemoryBytes: MB });
		ensureMonitoring();
		checkPressure();
		end();
		assert.equal(pressure.level, 'critical');
		assert.deepEqual(seen, ['critical false']);
		assert.ok(cache.bytes <= 250, `${cache.bytes} bytes are left`);
		const told = hub.drain().entries.filter(({ type }) => type === 'pressure' || type === 'cleanup');
		assert.deepEqual(
			told.map(({ type }) => type),
			['pressure', 'cleanup'],
		);
		assert.ok(told[0]?.type === 'pressure' && /^The process is at/.test(told[0].reason));
		stopMonitoring();
		assert.equal(pressure.level, 'normal');
		assert.equal(cache.stats().effectiveMaxBytes, 1_000);
	});

	it('costs nothing to ask while it does not run', () => {
		const { samples } = sharedMonitor().summary();
		for (let i = 0; i < 1_000; i++) checkPressure();
		assert.equal(sharedMonitor().summary().samples, samples);
	});

	it('marks what is simulated', () => {
		const hub = recordingHub();
		sharedMonitor().simulate('high').end();
		const told = hub.drain().entries.flatMap(entry => (entry.type === 'pressure' ? entry : []));
		assert.deepEqual(told.map(({ level, previous, simulated }) => [previous, level, simulated]).slice(-2), [
			['normal', 'high', true],
			['high', 'normal', false],
		]);
	});
});
