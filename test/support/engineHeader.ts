import { RECORDING_FORMAT, type RecordingHeader } from '../../src/protocol/recording.ts';

/** A header as the engine writes it, for tests that need a recording and no session. */
export const recordingHeader: RecordingHeader = {
	type: 'header',
	format: RECORDING_FORMAT,
	version: '0.1.0',
	engineNode: '24.0.0',
	title: 'data.js',
	command: ['node', 'data.js'],
	cwd: '/data',
	originEpochMs: 1_700_000_000_000,
	samplingIntervalBytes: 131_072,
};
