import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { isRecord } from '../../protocol/guards.ts';
import { END_WAIT_MS, ENGINE_KEY } from '../../protocol/runtimeLink.ts';
import { sharedHub } from '../reporter.ts';
import { atEnd } from './atEnd.ts';
import { blockUntil } from './patience.ts';

const STARTER_KEY = 'memory-manager.starter';
const END_SLICE_MS = 2;

/** Tells the workers to come who starts them, and which engine they may wait for. */
export function letWorkersJoin(enginePid: number): void {
	setEnvironmentData(STARTER_KEY, { enginePid, threadId });
}

/** In a worker: joins the session when the engine has come in through its process. */
export function beginWorkerSession(): void {
	const starter: unknown = getEnvironmentData(STARTER_KEY);
	if (!isRecord(starter) || typeof starter.enginePid !== 'number') return;
	const { enginePid } = starter;
	letWorkersJoin(enginePid);
	const setUp = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(ENGINE_KEY)];
	if (typeof setUp !== 'function') return;
	const hub = sharedHub();
	hub.go();
	hub.notify(`began ${Number(starter.threadId)} ${setUp()}`);
	atEnd(going => {
		if (!hub.notify(`ending ${'code' in going ? going.code : 1}`)) return;
		// The engine says that it has read everything by leaving the hub.
		blockUntil(() => !hub.recording, END_SLICE_MS, END_WAIT_MS, enginePid);
		hub.leave();
	});
}
