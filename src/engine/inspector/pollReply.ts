import { isEntry } from '../../protocol/entryGuards.ts';
import {
	arrayOf,
	isBoolean,
	isCount,
	isNumber,
	isRecord,
	isString,
	optional,
	shape,
	tuple,
} from '../../protocol/guards.ts';
import { parseJson } from '../../protocol/recording.ts';
import { type CommandResult, RUNTIME_ENTRY_TYPES, type RuntimeEntry } from '../../protocol/runtimeLink.ts';
import { parseOffHeap } from './offHeapReply.ts';
import type { PollReply, SetUpReply } from './snippets.ts';

const RUNTIME_TYPES: ReadonlySet<string> = new Set(RUNTIME_ENTRY_TYPES);

const isPollReply = shape({
	now: isNumber,
	costMs: isCount,
	rss: isCount,
	heapUsed: isCount,
	heapTotal: isCount,
	heapLimit: optional(isCount),
	oldSpace: optional(isCount),
	heapPhysical: optional(isCount),
	heapCode: optional(isCount),
	malloced: optional(isCount),
	external: isCount,
	arrayBuffers: isCount,
	gc: optional(arrayOf(tuple(isString, isNumber, isNumber, isNumber, isNumber))),
});
const isSetUpReply = shape({
	now: isNumber,
	pid: isCount,
	nodeVersion: isString,
	v8Version: isString,
	platform: isString,
	arch: isString,
	cwd: isString,
	rss: isCount,
	runtime: isBoolean,
	gc: isBoolean,
});

/** Text that came out of the script's process, where user code could have changed anything: checked like a stranger's. */
export function parsePoll(value: unknown): PollReply | undefined {
	const reply = isString(value) ? parseJson(value) : undefined;
	if (!isPollReply(reply)) return undefined;
	const checked = reply as PollReply;
	const { drained } = checked;
	if (!isRecord(drained) || !Array.isArray(drained.entries) || !isCount(drained.dropped)) {
		const { drained: _, ...rest } = checked;
		return rest;
	}
	const { dropped, entries } = drained;
	const offHeap = parseOffHeap(drained.offHeap);
	return { ...checked, drained: { dropped, entries: entries.filter(isRuntimeEntry), ...(offHeap && { offHeap }) } };
}

const isRuntimeEntry = (value: unknown): value is RuntimeEntry => isEntry(value) && RUNTIME_TYPES.has(value.type);

export function parseSetUp(value: unknown): SetUpReply | undefined {
	const reply = isString(value) ? parseJson(value) : undefined;
	return isSetUpReply(reply) ? (reply as SetUpReply) : undefined;
}

export function parseCommandResult(value: unknown): CommandResult | { error: string } {
	const reply = isString(value) ? parseJson(value) : undefined;
	if (isRecord(reply) && isString(reply.error)) return { error: reply.error };
	if (isRecord(reply) && isString(reply.message)) {
		return { message: reply.message, ...(isNumber(reply.freedBytes) && { freedBytes: reply.freedBytes }) };
	}
	return { error: 'The script gave an answer that cannot be read.' };
}
