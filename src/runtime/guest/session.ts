import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { END_WAIT_MS, type Link, START_WAIT_MS } from '../../protocol/runtimeLink.ts';
import { type SharedHub, sharedHub } from '../reporter.ts';
import { atEnd } from './atEnd.ts';
import { blockUntil } from './patience.ts';
import { quietTerminal } from './quietTerminal.ts';
import { leaveAddress } from './rendezvous.ts';

type Inspector = typeof import('node:inspector');

/** A wait is served by V8 while it lasts, so slices only bound how late its end is noticed. */
const START_SLICE_MS = 5;
const END_SLICE_MS = 2;

/** Opens the inspector, tells the engine where, waits for it, and sees it off at the end. */
export function beginSession(link: Link, loadInspector: () => Inspector): void {
	const hub = sharedHub();
	const restoreTerminal = link.quietTerminal ? quietTerminal() : () => {};
	let close = () => {};
	try {
		close = openInspector(link, loadInspector);
		const observed = blockUntil(() => hub.recording, START_SLICE_MS, START_WAIT_MS, link.hostPid);
		if (observed) atEnd(sessionEnd(link, hub, close));
		else close();
	} catch (error) {
		close();
		tryToTell(link, error);
	} finally {
		restoreTerminal();
	}
}

/** Gives what closes it again: nothing to do when the user opened it. */
function openInspector({ dir }: Link, loadInspector: () => Inspector): () => void {
	const inspector = loadInspector();
	const { pid } = process;
	const present = inspector.url();
	if (present !== undefined) {
		leaveAddress(dir, { pid, url: present });
		return () => {};
	}
	inspector.open(0, '127.0.0.1');
	const close = () => {
		try {
			inspector.close();
		} catch {
			// Already closed, by the script perhaps.
		}
	};
	try {
		const url = inspector.url();
		if (url === undefined) throw new Error('The inspector did not open.');
		leaveAddress(dir, { pid, url });
	} catch (error) {
		close();
		throw error;
	}
	return close;
}

/** What is needed at the end is made now: by then the script may have broken `Array.prototype.push`, which `join` uses. */
function sessionEnd({ dir, hostPid }: Link, hub: SharedHub, close: () => void): () => void {
	const ending = join(dir, `${process.pid}.ending`);
	const release = join(dir, `${process.pid}.release`);
	return () => {
		if (hub.notify('ending')) {
			tellEnding(ending);
			// Without the directory nobody will answer: an engine that has finished with its session removes it and may live on.
			blockUntil(() => existsSync(release) || !existsSync(dir), END_SLICE_MS, END_WAIT_MS, hostPid);
		}
		hub.leave();
		close();
	};
}

/** Besides the inspector's notification, which the connection may hold up for some 40 ms. */
function tellEnding(path: string): void {
	try {
		writeFileSync(path, '');
	} catch {
		// The directory is gone and so is the engine.
	}
}

function tryToTell({ dir }: Link, error: unknown): void {
	try {
		leaveAddress(dir, { pid: process.pid, error: error instanceof Error ? error.message : String(error) });
	} catch {
		// The directory is gone and so is the engine: nobody is left to be told.
	}
}
