import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { isRecord, isString } from '../../protocol/guards.ts';
import { END_WAIT_MS, ENGINE_KEY, type Link, parseLink } from '../../protocol/runtimeLink.ts';
import { sharedHub } from '../reporter.ts';
import { atEnd } from './atEnd.ts';
import { letChildrenJoin } from './children.ts';
import { blockUntil } from './patience.ts';

const STARTER_KEY = 'memory-manager.starter';
const END_SLICE_MS = 2;

/** Tells the workers to come who starts them, and which engine they may wait for. */
export function letWorkersJoin(link: Link): void {
	setEnvironmentData(STARTER_KEY, { link: JSON.stringify(link), threadId });
}

/** In a worker: joins the session when the engine has come in through its process. */
export function beginWorkerSession(preload: string): void {
	const starter: unknown = getEnvironmentData(STARTER_KEY);
	const link = isRecord(starter) && isString(starter.link) ? parseLink(starter.link) : undefined;
	if (!isRecord(starter) || !link) return;
	letWorkersJoin(link);
	if (link.children) letChildrenJoin(link, preload);
	const setUp = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(ENGINE_KEY)];
	if (setUp === undefined) return;
	const hub = sharedHub();
	hub.go();
	// The engine did not wait for this: it has set the worker up by itself.
	if (typeof setUp === 'function') hub.notify(`began ${Number(starter.threadId)} ${setUp()}`);
	atEnd(going => {
		if (!hub.notify(`ending ${'code' in going ? going.code : 1}`)) return;
		// The engine says that it has read everything by leaving the hub.
		blockUntil(() => !hub.recording, END_SLICE_MS, END_WAIT_MS, link.hostPid);
		hub.leave();
	});
}
