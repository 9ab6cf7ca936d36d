import type { RegionKind } from '../../protocol/entries.ts';
import { isRecord, isString } from '../../protocol/guards.ts';

/** A syntax tree node as far as this folder looks at it. */
export type AstNode = Record<string, unknown> & { type: string };

export const isNode = (value: unknown): value is AstNode => isRecord(value) && isString(value.type);

const KINDS: readonly RegionKind[] = [
	'region',
	'trackMemory',
	'MemoryTracker',
	'optimizeForMemory',
	'memoryManagement',
];

/** The runtime's export of this name, when it makes a region. */
export function regionKind(name: string): RegionKind | undefined {
	return KINDS.find(kind => kind === name);
}
