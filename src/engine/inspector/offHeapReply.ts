import { arrayOf, isCount, isNumber, isRecord, isString, tuple } from '../../protocol/guards.ts';
import { OFF_HEAP_KINDS } from '../../protocol/offHeapEntries.ts';
import type { OffHeapReport, RawFrame } from '../../protocol/runtimeLink.ts';

/** More than this in one report is none of ours: the runtime adds up by stack before it tells. */
const MAX_ROWS = 100_000;
const MAX_FRAMES = 256;
const MAX_TEXT = 1_000;

const isId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isKind = (value: unknown): boolean => isId(value) && (value as number) < OFF_HEAP_KINDS.length;
const isPlace = (value: unknown): boolean => isId(value) && (value as number) <= 0x7fff_ffff;

const atMost =
	(length: number, check: (value: unknown) => boolean) =>
	(value: unknown): boolean =>
		Array.isArray(value) && value.length <= length && value.every(check);

const isFrame = (value: unknown): boolean =>
	tuple(isString, isString, isPlace, isPlace)(value) ||
	tuple(isString, isString, isPlace, isPlace, isPlace, isPlace)(value);
const isStack = tuple(isId, (value: unknown) => arrayOf(isFrame)(value) && (value as unknown[]).length > 0);
const isContext = tuple(isId, atMost(MAX_FRAMES, isId));

const checks: Record<keyof OffHeapReport, (value: unknown) => boolean> = {
	now: isNumber,
	intervalBytes: isCount,
	stacks: atMost(MAX_ROWS, isStack),
	contexts: atMost(MAX_ROWS, isContext),
	allocated: atMost(MAX_ROWS, tuple(isId, isKind, isId, isCount, isCount)),
	freed: atMost(MAX_ROWS, tuple(isId, isKind, isId, isCount, isCount, isNumber)),
	liveBytes: isCount,
	arrayBuffersBytes: isCount,
	spentMs: isCount,
	samples: isCount,
	ownBytes: isCount,
};

/** The report, without what we do not know; `undefined` where it is not one. A part of it would make a wrong sum. */
export function parseOffHeap(value: unknown): OffHeapReport | undefined {
	if (!isRecord(value)) return undefined;
	for (const [name, check] of Object.entries(checks)) if (!check(value[name])) return undefined;
	const report = Object.fromEntries(Object.keys(checks).map(name => [name, value[name]])) as unknown as OffHeapReport;
	return { ...report, stacks: report.stacks.map(([id, frames]) => [id, frames.slice(0, MAX_FRAMES).map(cut)]) };
}

/** A script may give its functions names of any length. */
function cut([functionName, url, ...place]: RawFrame): RawFrame {
	return [functionName.slice(0, MAX_TEXT), url.slice(0, MAX_TEXT), ...place];
}
