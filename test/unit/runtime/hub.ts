import { type SharedHub, sharedHub } from '../../../src/runtime/reporter.ts';

// A root hook, whichever test asks: no later one is to find the hub recording.
afterEach(() => sharedHub().leave());

/** The test process's own hub, recording from zero until the test ends. */
export function recordingHub(): SharedHub {
	const hub = sharedHub();
	hub.leave();
	hub.go();
	return hub;
}
