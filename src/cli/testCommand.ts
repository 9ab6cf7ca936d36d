import { describeEnd } from '../analysis/describe.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatMs, NOT_MEASURED } from '../protocol/units.ts';
import { table } from './table.ts';
import { type Configuration, configurationsFor, type Trial, type TrialOptions, tryOut } from './trials.ts';

const CLEAR_MS = 1_000;
const CLEAR_SHARE = 0.8;

export interface LimitTest {
	maxBytes: number;
	trials: Trial[];
	/** The survivor to choose: the first with the output of the first survivor, unless a later one is clearly faster. */
	best?: Configuration;
}

/** Runs a script under a memory limit in several configurations, one after the other. Rejects with a UserError. */
export async function testLimit(options: TrialOptions, onTrial: (name: string) => void): Promise<LimitTest> {
	const trials: Trial[] = [];
	for (const configuration of configurationsFor(options.maxBytes)) {
		if (options.signal.aborted) break;
		const first = trials[0];
		if (configuration.needsRuntime && first && !first.usesRuntime) {
			trials.push({ configuration, outcome: 'notRun', usesRuntime: false });
			continue;
		}
		onTrial(configuration.name);
		const trial = await tryOut(configuration, options);
		if (!options.signal.aborted) trials.push(trial);
	}
	const best = bestOf(trials);
	return { maxBytes: options.maxBytes, trials, ...(best && { best: best.configuration }) };
}

/** Earlier ones ask less of the user: a later one must be faster by more than what one run and a cold start vary. */
export function bestOf(trials: readonly Trial[]): Trial | undefined {
	const survivors = trials.filter(({ outcome }) => outcome === 'survived');
	const [reference] = survivors;
	return survivors
		.filter(({ outputDigest }) => outputDigest === reference?.outputDigest)
		.reduce<Trial | undefined>((best, trial) => (best && !isClearlyFaster(trial, best) ? best : trial), undefined);
}

function isClearlyFaster({ ms }: Trial, than: Trial): boolean {
	if (ms === undefined || than.ms === undefined) return false;
	return than.ms - ms > CLEAR_MS && ms < than.ms * CLEAR_SHARE;
}

export function testText({ maxBytes, trials, best }: LimitTest): string {
	const reference = trials.find(({ outcome }) => outcome === 'survived');
	const lines = table(trials, [
		{ title: 'configuration', value: ({ configuration }) => configuration.name },
		{ title: 'result', value: resultText },
		{ title: 'peak RSS', value: ({ peakRssBytes }) => formatBytes(peakRssBytes), align: 'right' },
		{ title: 'time', value: ({ ms }) => formatMs(ms), align: 'right' },
		{ title: 'GC', value: ({ gcPauseMs }) => formatMs(gcPauseMs), align: 'right' },
		{ title: 'output', value: trial => outputText(trial, reference) },
	]);
	const tails = trials.filter(({ stderrTail }) => stderrTail);
	return `${[
		`Limit ${formatBytes(maxBytes)} of RSS, looked at fifty times a second; each ran once.`,
		'',
		...lines,
		...tails.flatMap(({ configuration, stderrTail = '' }) => [
			'',
			`${configuration.name}, the end of stderr:`,
			...stderrTail
				.trimEnd()
				.split('\n')
				.slice(-5)
				.map(line => `  ${visibleText(line, 200)}`),
		]),
		'',
		...advice(best, trials),
	].join('\n')}\n`;
}

function resultText({ outcome, end }: Trial): string {
	switch (outcome) {
		case 'survived':
			return 'survived';
		case 'overLimit':
			return 'ended: over the limit';
		case 'outOfMemory':
			return 'died: out of heap';
		case 'failed':
			return end ? describeEnd(end) : 'failed';
		case 'notRun':
			return 'not run: the script does not use memory-manager-runtime';
	}
}

function outputText({ outputDigest }: Trial, reference: Trial | undefined): string {
	if (outputDigest === undefined || reference?.outputDigest === undefined) return NOT_MEASURED;
	return outputDigest === reference.outputDigest ? 'same' : 'differs';
}

function advice(best: Configuration | undefined, trials: readonly Trial[]): string[] {
	if (!best) {
		const uses = trials.some(({ usesRuntime }) => usesRuntime);
		return [
			uses
				? 'None survived. Hold less at a time: a BatchProcessor with maxBytes, a smaller cache, FileReader in place of whole files.'
				: 'None survived. "memory-manager run" shows which function holds the memory; memory-manager-runtime has what keeps it bounded.',
		];
	}
	const env = Object.entries(best.env).map(([name, value]) => `${name}=${value}`);
	const options = best.nodeOptions.length > 0 ? [`NODE_OPTIONS="${best.nodeOptions.join(' ')}"`] : [];
	const settings = [...env, ...options];
	return [
		settings.length === 0
			? 'It survives as it is.'
			: `The one to choose: "${best.name}". Start the script with\n  ${settings.join(' ')}`,
	];
}
