import type { GcChoice } from '../protocol/panel.ts';
import type {
	BatchCause,
	CleanupCause,
	CleanupEntry,
	CleanupTarget,
	FindingEntry,
	FindingKind,
	OperationEntry,
	StreamEntry,
} from '../protocol/runtimeEntries.ts';
import { visibleText } from '../protocol/text.ts';

/** Words for what the runtime reports: the panel, the side bar and the command line say the same. */
export const CLEANUP_CAUSES: Record<CleanupCause, string> = {
	pressure: 'memory pressure',
	scope: 'end of a scope',
	comprehensive: 'comprehensive cleanup',
	optimizeForMemory: 'optimizeForMemory',
	freeMemory: 'freeMemory',
};

export const CLEANUP_TARGETS: Record<CleanupTarget, string> = {
	caches: 'cache',
	pools: 'pool',
	batches: 'batches',
	spill: 'disk overflow',
	registered: 'registered object',
	collection: 'garbage collection',
};

export const BATCH_CAUSES: Record<BatchCause, string> = {
	start: 'start',
	level: 'memory level',
	bytes: 'bytes per item',
	growth: 'room to grow',
	limit: 'byte limit',
	pressure: 'memory pressure',
};

export const FINDING_KINDS: Record<FindingKind, string> = {
	siteGrowth: 'growth at one place',
	constructorGrowth: 'growth of one kind of object',
	topConsumer: 'largest holder',
	neverDied: 'objects that never died',
	coldCache: 'cache without hits',
	poolLeak: 'pool that loses objects',
	weakCacheGrowth: 'growing weak cache',
};

export const SEVERITIES: Record<FindingEntry['severity'], string> = {
	error: 'Problem',
	warning: 'Warning',
	info: 'Remark',
};

export const OPERATION_KINDS: Record<OperationEntry['kind'], string> = {
	analyzed: 'analyzed',
	executed: 'executed',
	predicted: 'predicted',
	converted: 'converted',
};

export const STREAM_KINDS: Record<StreamEntry['kind'], string> = {
	chunks: 'chunks',
	lines: 'lines',
	process: 'processed',
	random: 'random access',
	transform: 'file to file',
	reader: 'format',
	encoder: 'video',
};

export const GC_STRATEGY_WORDS: Record<GcChoice, { label: string; meaning: string }> = {
	default: { label: 'V8’s own', meaning: 'As the script was started: nothing is changed.' },
	aggressive: { label: 'Aggressive', meaning: 'Gives memory back early and often; the script runs slower.' },
	balanced: { label: 'Balanced', meaning: 'Between the two: collects when memory gets short.' },
	conservative: { label: 'Conservative', meaning: 'Collects rarely; the script runs fast and holds more.' },
};

/** Why memory was let go of: `memory pressure (high)`. */
export function cleanupTitle({ cause, label }: CleanupEntry): string {
	const about = label === undefined ? '' : ` (${visibleText(label, 60)})`;
	return `${CLEANUP_CAUSES[cause]}${about}`;
}
