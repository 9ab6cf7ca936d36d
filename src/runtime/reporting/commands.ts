import type { CommandResult, RuntimeCommand } from '../../protocol/runtimeLink.ts';
import { formatBytes, formatMs } from '../../protocol/units.ts';
import { forceCollection } from '../collection/forceCollection.ts';
import type { SharedHub } from '../reporter.ts';
import { messageOf } from '../runtimeError.ts';
import { callSafely } from './callSafely.ts';
import { monotonicMs } from './clock.ts';
import { libraryCommand } from './libraryCommands.ts';

/** Carries out what a person asked for in the editor. Never throws: a failure is a sentence as well. */
export function runCommand(hub: SharedHub, command: RuntimeCommand): CommandResult {
	try {
		// The library may know more than the preload, whose copy of this file answers.
		const handler = hub.handler(command.kind) ?? libraryCommand(command.kind);
		if (handler) return handler(command);
		switch (command.kind) {
			case 'collectGarbage':
				return collectGarbage();
			case 'clearCache':
				return clearCaches(hub, command.id);
			case 'clearPool':
				return clearPools(hub, command.id);
			case 'comprehensiveCleanup':
			case 'setGcStrategy':
				return { message: 'The script does not use the runtime library: import memory-manager-runtime in it.' };
			default:
				return { message: 'This version of the runtime does not know that command.' };
		}
	} catch (error) {
		return { message: `That failed: ${messageOf(error)}` };
	}
}

function collectGarbage(): CommandResult {
	const { freedBytes, ms } = forceCollection();
	const change = freedBytes >= 0 ? `freed ${formatBytes(freedBytes)}` : `left ${formatBytes(-freedBytes)} more in use`;
	return { freedBytes, message: `The collection ${change} in ${formatMs(ms)}.` };
}

function clearCaches(hub: SharedHub, id: number | undefined): CommandResult {
	let freedBytes = 0;
	const names: string[] = [];
	for (const cache of hub.caches.live()) {
		if (id !== undefined && cache.id !== id) continue;
		const before = cache.record.bytes;
		cache.owner.clear?.();
		freedBytes += before - cache.record.bytes;
		names.push(cache.record.name);
	}
	if (names.length === 0) return { message: id === undefined ? 'The script has no cache.' : 'That cache is gone.' };
	// What such a cache has on disk is of the same name, and would come back.
	for (const { record, owner } of [...hub.spills.live()]) {
		if (!names.includes(record.name)) continue;
		callSafely(
			() => owner.clear?.(),
			error => {
				const message = `The disk part of cache "${record.name}" could not be cleared: ${messageOf(error)}`;
				hub.report({ type: 'notice', t: monotonicMs(), severity: 'warning', message });
			},
		);
	}
	const what = names.length === 1 ? `Cache "${names[0]}"` : `${names.length} caches`;
	return { freedBytes, message: `${what} cleared: ${formatBytes(freedBytes)} let go.` };
}

/** How large pooled objects are is not known, so no bytes are named. */
function clearPools(hub: SharedHub, id: number | undefined): CommandResult {
	let destroyed = 0;
	let count = 0;
	for (const pool of hub.pools.live()) {
		if (id !== undefined && pool.id !== id) continue;
		const before = pool.record.idle;
		pool.owner.clear?.();
		destroyed += before - pool.record.idle;
		count++;
	}
	if (count === 0) return { message: id === undefined ? 'The script has no pool.' : 'That pool is gone.' };
	return { message: destroyed === 1 ? '1 idle object destroyed.' : `${destroyed} idle objects destroyed.` };
}
