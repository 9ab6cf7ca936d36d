import { type SharedHub, sharedHub } from '../../../src/runtime/reporter.ts';

/** The test process's own hub, recording from zero. */
export function recordingHub(): SharedHub {
	const hub = sharedHub();
	hub.leave();
	hub.go();
	return hub;
}
