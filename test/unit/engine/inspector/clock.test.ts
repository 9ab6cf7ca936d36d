import assert from 'node:assert/strict';
import { monotonicMs, SessionClock } from '../../../../src/engine/inspector/clock.ts';

describe('SessionClock', () => {
	const clock = new SessionClock();
	it('begins near zero and never goes back', () => {
		const first = new SessionClock().now();
		assert.ok(first >= 0 && first < 1_000, `${first}`);
		const earlier = clock.now();
		assert.ok(earlier <= clock.now());
	});
	it('takes a clock that agrees within the exchange for its own', () => {
		const at = monotonicMs();
		clock.calibrate(at - 10, at + 10, at + 9);
		assert.ok(Math.abs(clock.fromTarget(at) - clock.now()) < 1_000);
		assert.equal(clock.fromTarget(at + 5) - clock.fromTarget(at), 5);
	});
	it('moves the times of another machine by the difference of the clocks', () => {
		const other = new SessionClock();
		const at = monotonicMs();
		const before = other.fromTarget(at);
		other.calibrate(at - 4, at + 4, 1_000_000);
		assert.ok(Math.abs(other.fromTarget(1_000_000) - before) < 1e-6);
	});
});
