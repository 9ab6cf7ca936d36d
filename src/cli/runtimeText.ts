import { placeText } from '../analysis/places.ts';
import type { Report } from '../analysis/report.ts';
import type { ReportBatch, ReportCleanup, RuntimeReport } from '../analysis/runtimeReport.ts';
import { BATCH_CAUSES, CLEANUP_CAUSES, CLEANUP_TARGETS, SEVERITIES } from '../analysis/runtimeWords.ts';
import {
	type StreamFigure,
	streamFiguresOf,
	streamFigureText,
	streamFormat,
	streamReadText,
	streamShare,
} from '../analysis/streamFigures.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount, formatMs, NOT_MEASURED } from '../protocol/units.ts';
import { section } from './section.ts';
import type { Column } from './table.ts';

const NAME_LENGTH = 40;
const MAX_FINDINGS = 10;

/** What the runtime inside the script reported, each part only where there is something to say. */
export function runtimeSections({ runtime, cwd }: Report): string[][] {
	return [
		section('Batches', runtime.batches, batchColumns),
		section('Disk overflow', runtime.spills, spillColumns),
		section('Weak caches', runtime.weakCaches, weakColumns),
		section('Tensor dictionaries', runtime.tensorDicts, tensorColumns),
		section('Files', runtime.files, fileColumns(runtime.files, cwd)),
		section('Operations', runtime.operations, operationColumns),
		[...pressureLines(runtime), ...collectorLines(runtime)],
		section('Cleanups', runtime.cleanups, cleanupColumns),
		findingsSection(runtime, cwd),
	];
}

const name = <Row extends { name: string }>(): Column<Row> => ({
	title: 'name',
	value: row => visibleText(row.name, NAME_LENGTH),
});

type Row<Key extends keyof RuntimeReport> =
	NonNullable<RuntimeReport[Key]> extends readonly (infer Item)[] ? Item : never;

const batchColumns: Column<ReportBatch>[] = [
	name(),
	{ title: 'items', value: batch => itemsText(batch), align: 'right' },
	{ title: 'failed', value: batch => formatCount(batch.failedItems), align: 'right' },
	{ title: 'batches', value: batch => formatCount(batch.batches), align: 'right' },
	{ title: 'size', value: batch => formatCount(batch.size), align: 'right' },
	{
		title: 'bounds',
		value: batch => `${formatCount(batch.minSize)}–${formatCount(batch.maxSize)}`,
		align: 'right',
	},
	{ title: 'at once', value: batch => formatCount(batch.concurrency), align: 'right' },
	{ title: 'per item', value: batch => perItemText(batch), align: 'right' },
	{ title: 'sizes chosen for', value: batch => causesText(batch) },
];

const itemsText = ({ items, totalItems }: ReportBatch): string =>
	totalItems === undefined ? formatCount(items) : `${formatCount(items)} of ${formatCount(totalItems)}`;

const perItemText = ({ bytesPerItem, bytesFrom }: ReportBatch): string =>
	bytesPerItem === undefined ? NOT_MEASURED : `${formatBytes(bytesPerItem)}${bytesFrom ? ` ${bytesFrom}` : ''}`;

/** `3 memory level, 1 start`. */
function causesText({ decisions }: ReportBatch): string {
	const counts = new Map<string, number>();
	for (const { cause } of decisions) counts.set(BATCH_CAUSES[cause], (counts.get(BATCH_CAUSES[cause]) ?? 0) + 1);
	return [...counts].map(([cause, count]) => `${formatCount(count)} ${cause}`).join(', ');
}

const spillColumns: Column<Row<'spills'>>[] = [
	name(),
	{ title: 'on disk', value: spill => formatBytes(spill.bytes), align: 'right' },
	{ title: 'bound', value: spill => formatBytes(spill.maxBytes), align: 'right' },
	{ title: 'values', value: spill => formatCount(spill.entries), align: 'right' },
	{ title: 'written', value: spill => `${formatCount(spill.writes)}, ${formatBytes(spill.writtenBytes)}` },
	{ title: 'read back', value: spill => `${formatCount(spill.reads)}, ${formatBytes(spill.readBytes)}` },
	{ title: 'lost', value: spill => lostText(spill) },
];

function lostText({ failed, dropped, corrupt }: Row<'spills'>): string {
	const parts: [number, string][] = [
		[failed, 'refused by the disk'],
		[dropped, 'over the bound'],
		[corrupt, 'corrupt'],
	];
	const text = parts.filter(([count]) => count > 0).map(([count, why]) => `${formatCount(count)} ${why}`);
	return text.join(', ') || 'none';
}

const weakColumns: Column<Row<'weakCaches'>>[] = [
	name(),
	{ title: 'entries', value: cache => formatCount(cache.entries), align: 'right' },
	{ title: 'hits', value: cache => formatCount(cache.hits), align: 'right' },
	{ title: 'misses', value: cache => formatCount(cache.misses), align: 'right' },
	{ title: 'collected', value: cache => formatCount(cache.collected), align: 'right' },
];

const tensorColumns: Column<Row<'tensorDicts'>>[] = [
	name(),
	{ title: 'tensors', value: dict => formatCount(dict.count), align: 'right' },
	{ title: 'bytes', value: dict => formatBytes(dict.bytes), align: 'right' },
];

/** Without buffers: they are empty when a run has ended. */
const FILE_FIGURES: readonly (readonly [StreamFigure, string])[] = [
	['items', 'items'],
	['written', 'written'],
	['chunks', 'chunks'],
];

function fileColumns(files: readonly Row<'files'>[], cwd: string): Column<Row<'files'>>[] {
	const filled = streamFiguresOf(files);
	return [
		{
			title: 'file',
			value: file => placeText({ file: file.path, line: 0 }, cwd) || visibleText(file.name, NAME_LENGTH),
		},
		{ title: 'read as', value: file => visibleText(streamFormat(file), NAME_LENGTH) },
		{ title: 'read', value: streamReadText, align: 'right' },
		{ title: 'done', value: file => streamShare(file)?.text ?? NOT_MEASURED, align: 'right' },
		...FILE_FIGURES.filter(([figure]) => filled.has(figure)).map(
			([figure, title]): Column<Row<'files'>> => ({
				title,
				value: file => {
					const { text, of = '' } = streamFigureText(file, figure);
					return `${text} ${of}`.trimEnd();
				},
				align: 'right',
			}),
		),
		{ title: '', value: file => (file.failed ? 'failed' : '') },
	];
}

const operationColumns: Column<Row<'operations'>>[] = [
	name(),
	{ title: 'what', value: operation => `${operation.kind}${operation.failed ? ', failed' : ''}` },
	{ title: 'time', value: operation => formatMs(operation.ms), align: 'right' },
	{ title: 'input', value: operation => formatBytes(operation.inputBytes), align: 'right' },
	{ title: 'peak', value: operation => formatBytes(operation.peakBytes), align: 'right' },
	{
		title: 'ratio',
		value: ({ ratio }) => (ratio === undefined ? NOT_MEASURED : `${ratio.toFixed(2)}x`),
		align: 'right',
	},
	{ title: 'predicted', value: operation => predictedText(operation) },
	{ title: 'strategy', value: operation => visibleText(operation.strategy ?? '', 30) },
];

function predictedText({ predictedBytes, lowBytes, highBytes }: Row<'operations'>): string {
	if (predictedBytes === undefined) return NOT_MEASURED;
	const interval =
		lowBytes === undefined || highBytes === undefined ? '' : ` (${formatBytes(lowBytes)} to ${formatBytes(highBytes)})`;
	return formatBytes(predictedBytes) + interval;
}

function pressureLines({ pressure }: RuntimeReport): string[] {
	if (!pressure) return [];
	const times = pressure.above.map(({ level, ms }) => `${formatMs(ms)} ${level}`).join(', ') || 'always normal';
	const simulated = pressure.simulated ? '; some of it simulated by the script' : '';
	return [`Pressure     ${times} (${formatCount(pressure.changes)} changes)${simulated}`];
}

const cleanupColumns: Column<ReportCleanup>[] = [
	{ title: 'at', value: cleanup => formatMs(cleanup.t), align: 'right' },
	{
		title: 'because of',
		value: ({ cause, label }) =>
			label === undefined ? CLEANUP_CAUSES[cause] : `${CLEANUP_CAUSES[cause]} (${visibleText(label, 30)})`,
	},
	{ title: 'freed', value: cleanup => formatBytes(cleanup.freedBytes), align: 'right' },
	{ title: 'took', value: cleanup => formatMs(cleanup.ms), align: 'right' },
	{ title: 'steps', value: cleanup => stepsText(cleanup) },
];

function stepsText({ steps }: ReportCleanup): string {
	const shown = steps.slice(0, 4).map(({ target, name: owner, freedBytes, failed }) => {
		const whose = owner === undefined ? '' : ` ${visibleText(owner, 24)}`;
		return `${CLEANUP_TARGETS[target]}${whose} ${failed ? 'failed' : formatBytes(freedBytes)}`;
	});
	if (steps.length > shown.length) shown.push(`${formatCount(steps.length - shown.length)} more`);
	return shown.join(', ') || 'nothing to let go of';
}

function collectorLines({ collector, config }: RuntimeReport): string[] {
	const lines: string[] = [];
	if (collector) {
		const { strategy, collections, freedBytes, pauseMs, deferred } = collector;
		lines.push(
			`Collector    ${strategy ?? 'V8’s own settings'}: ${formatCount(collections)} collections forced, ${formatBytes(freedBytes)} freed in ${formatMs(pauseMs)}` +
				`${deferred > 0 ? `, ${formatCount(deferred)} put off` : ''}`,
		);
	}
	if (config) {
		const limits = config.limits.map(([limit, value]) => `${visibleText(limit, 40)} ${visibleText(value, 120)}`);
		lines.push(`Limits       ${[`profile ${visibleText(config.profile, 40)}`, ...limits].join('; ')}`);
	}
	return lines;
}

function findingsSection({ findings, diagnosis }: RuntimeReport, cwd: string): string[] {
	if (findings.length === 0 && !diagnosis) return [];
	const lines = [
		findings.length === 0 ? 'Findings: the diagnosis found nothing' : `Findings: ${formatCount(findings.length)}`,
	];
	for (const { severity, title, bytes, site, evidence, advice, tool } of findings.slice(0, MAX_FINDINGS)) {
		const size = bytes === undefined ? '' : ` (${formatBytes(bytes)})`;
		lines.push(`${SEVERITIES[severity]}: ${visibleText(title, 300)}${size}`);
		if (site) lines.push(`  at ${placeText(site, cwd)}`);
		for (const fact of evidence.slice(0, 8)) lines.push(`  - ${visibleText(fact, 300)}`);
		lines.push(`  → ${visibleText(advice, 300)}${tool === undefined ? '' : ` [${visibleText(tool, 60)}]`}`);
	}
	if (findings.length > MAX_FINDINGS) lines.push(`and ${formatCount(findings.length - MAX_FINDINGS)} more`);
	for (const sentence of diagnosis?.notLookedAt ?? []) lines.push(`Not looked at: ${visibleText(sentence, 300)}`);
	return lines;
}
