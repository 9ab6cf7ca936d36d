import assert from 'node:assert/strict';
import { passSignals, type Terminal } from '../../../src/cli/signals.ts';

/** What a script is told when we get these signals; nothing leaves this process. */
function told(terminal: Terminal, ...signals: NodeJS.Signals[]): string[] {
	const calls: string[] = [];
	const letGo = passSignals(
		{ kill: signal => calls.push(signal), stop: async () => void calls.push('stop') },
		terminal,
	);
	try {
		for (const signal of signals) process.emit(signal);
	} finally {
		letGo();
	}
	return calls;
}

const none: Terminal = { isOurs: false, hungUpOnAll: () => true };
const open: Terminal = { isOurs: true, hungUpOnAll: () => false };
const closed: Terminal = { isOurs: true, hungUpOnAll: () => true };

describe('passSignals', () => {
	it('passes on what only we got', () => {
		assert.deepEqual(told(none, 'SIGTERM', 'SIGHUP'), ['SIGTERM', 'SIGHUP']);
		assert.deepEqual(told(open, 'SIGTERM', 'SIGHUP'), ['SIGTERM', 'SIGHUP']);
	});

	it('does not say twice that the terminal was closed', () => {
		assert.deepEqual(told(closed, 'SIGHUP'), []);
	});

	it('lets go of the signals afterwards', () => {
		const before = process.listenerCount('SIGTERM');
		told(none);
		assert.equal(process.listenerCount('SIGTERM'), before);
	});
});
