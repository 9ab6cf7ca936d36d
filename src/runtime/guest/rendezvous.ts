import { closeSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { ChildArrival, Rendezvous } from '../../protocol/runtimeLink.ts';
import type { StartedProgram } from '../reporter.ts';

/** True for the one process of a session that is to be profiled: the first that asks. */
export function claim(dir: string): boolean {
	try {
		closeSync(openSync(join(dir, 'claim'), 'wx', 0o600));
		return true;
	} catch {
		// Taken, or the directory went with its engine.
		return false;
	}
}

/** Leaves the address for the engine, whole or not at all. */
export function leaveAddress(dir: string, address: Rendezvous): void {
	leave(join(dir, `${address.pid}.json`), address);
}

/** A child's has another name: it is none of those that are ended with their engine. */
export function leaveArrival(dir: string, arrival: ChildArrival): void {
	leave(join(dir, `${arrival.pid}.child`), arrival);
}

/** One for each program that this library starts; the engine looks at it from outside. */
export function leaveProgram(dir: string, { pid, title }: StartedProgram): void {
	try {
		const { platform, arch } = process;
		const parent = { pid: process.pid, threadId };
		const none = { nodeVersion: '', v8Version: '', cwd: process.cwd() };
		leaveArrival(dir, { pid, parent, title, program: true, platform, arch, ...none });
	} catch {
		// The directory went with its engine.
	}
}

function leave(path: string, value: object): void {
	writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
	renameSync(`${path}.new`, path);
}
