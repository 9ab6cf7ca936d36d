import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ChildArrival, END_WAIT_MS, type Link, START_WAIT_MS } from '../../protocol/runtimeLink.ts';
import { type SharedHub, sharedHub } from '../reporter.ts';
import { atEnd, type Going } from './atEnd.ts';
import { blockUntil } from './patience.ts';
import { quietChild } from './quietChild.ts';
import { quietTerminal } from './quietTerminal.ts';
import { leaveAddress, leaveArrival } from './rendezvous.ts';

type Inspector = typeof import('node:inspector');

/** A wait is served by V8 while it lasts, so slices only bound how late its end is noticed. */
const START_SLICE_MS = 5;
const END_SLICE_MS = 2;

/** Opens the inspector, tells the engine where, waits for it, and sees it off at the end. */
export function beginSession(link: Link, loadInspector: () => Inspector): void {
	const hub = sharedHub();
	const restoreTerminal = link.parent ? quietChild() : link.quietTerminal ? quietTerminal() : () => {};
	if (!restoreTerminal) {
		tryTo(() => leaveArrival(link.dir, arrivalOf(link)));
		return;
	}
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
function openInspector(link: Link, loadInspector: () => Inspector): () => void {
	const inspector = loadInspector();
	const present = inspector.url();
	if (present !== undefined) {
		tellAddress(link, present);
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
		tellAddress(link, url);
	} catch (error) {
		close();
		throw error;
	}
	return close;
}

/** What is needed at the end is made now: by then the script may have broken `Array.prototype.push`, which `join` uses. */
function sessionEnd({ dir, hostPid }: Link, hub: SharedHub, close: () => void): (going: Going) => void {
	const ending = join(dir, `${process.pid}.ending`);
	const release = join(dir, `${process.pid}.release`);
	return going => {
		if (hub.notify('ending')) {
			tryTo(() => writeFileSync(ending, JSON.stringify(going)));
			// Without the directory nobody will answer: an engine that has finished with its session removes it and may live on.
			blockUntil(() => existsSync(release) || !existsSync(dir), END_SLICE_MS, END_WAIT_MS, hostPid);
		}
		hub.leave();
		close();
	};
}

function tellAddress(link: Link, url: string): void {
	if (link.parent) leaveArrival(link.dir, { ...arrivalOf(link), url });
	else leaveAddress(link.dir, { pid: process.pid, url });
}

function arrivalOf({ parent = { pid: 0, threadId: 0 } }: Link): ChildArrival {
	const { pid, argv, versions, platform, arch } = process;
	const title = argv[1] === undefined ? 'node' : basename(argv[1]);
	return { pid, parent, title, nodeVersion: versions.node, v8Version: versions.v8, platform, arch, cwd: process.cwd() };
}

function tryToTell(link: Link, error: unknown): void {
	if (link.parent) tryTo(() => leaveArrival(link.dir, arrivalOf(link)));
	else
		tryTo(() =>
			leaveAddress(link.dir, { pid: process.pid, error: error instanceof Error ? error.message : String(error) }),
		);
}

function tryTo(tell: () => void): void {
	try {
		tell();
	} catch {
		// The directory is gone and so is the engine: nobody is left to be told.
	}
}
