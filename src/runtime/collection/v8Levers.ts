/**
 * Which of V8's settings for collections can be changed while Node runs. Found by trying on Linux x64: a loop that keeps a ring of
 * objects, the setting made by `v8.setFlagsFromString` after start, the effect read from `v8.GCProfiler` and
 * `v8.getHeapSpaceStatistics`. "Young generation" is V8's new space.
 *
 * | setting                                  | 20.20 (V8 11.3)     | 22.23 (12.4)        | 24.21 (13.6)        | 26.10 (14.6)        |
 * | ---------------------------------------- | ------------------- | ------------------- | ------------------- | ------------------- |
 * | `--semi-space-growth-factor=1`           | young generation grows no further, on all four: 700 to 800 scavenges instead of 16 to 54 | | | |
 * | `--semi-space-growth-factor=16`          | one that is small grows at once, on all four: scavenges 53 to 46, 51 to 44, 17 to 10, 16 to 4 | | | |
 * | `--heap-growing-percent=50`              | full collections come earlier, on all four; 32 instead of 4 on 22 with the next line | | | |
 * | `gc({ type: 'major', flavor: 'last-resort' })` | no (a scavenge) | young generation 32 MB to 1 | 128 MB to 1   | 64 MB to under 1    |
 * | `--heap-growing-percent=300`             | no effect: V8 goes that far by itself, on all four | | | |
 * | `--heap-growing-percent=900`             | no effect seen      | half the full collections of a growing heap, on 22, 24 and 26 | | |
 * | `--optimize-for-size`                    | on all four, but 32 to 90 full collections instead of 2 to 8, and two to four times the time: not used | | | |
 * | `--gc-global`                            | on all four: every scavenge becomes a full collection, which a large heap cannot bear: not used | | | |
 * | `--no-memory-reducer`                    | not seen            | no collections while idle | not seen      | not seen            |
 * | `--max-semi-space-size`                  | at start only       | at start only       | at start only       | at start only       |
 * | `--min-semi-space-size`                  | at start only       | at start only       | at start only       | at start only       |
 * | `--scavenger-max-new-space-capacity-mb`  | unknown to V8       | at start only       | at start only       | unknown to V8       |
 * | `--gc-interval`                          | no effect           | no effect           | no effect           | no effect           |
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { GcStrategy } from '../../protocol/runtimeEntries.ts';
import { formatBytes } from '../../protocol/units.ts';

const MB = 1024 * 1024;
/** Where it was tried. Another V8 may know the names no more, and would say so on the terminal. */
const FIRST_V8 = 11;
const LAST_V8 = 14;

interface Lever {
	readonly flag: string;
	readonly v8Default: number;
	readonly values: Readonly<Partial<Record<GcStrategy, number>>>;
}

const atRunTime: readonly Lever[] = [
	{ flag: 'semi-space-growth-factor', v8Default: 2, values: { aggressive: 16, conservative: 1 } },
	{ flag: 'heap-growing-percent', v8Default: 0, values: { aggressive: 900, conservative: 50 } },
];
/** In MB of one of the two halves of the young generation. */
const atStartOnly: Lever = { flag: 'max-semi-space-size', v8Default: 0, values: { aggressive: 64, conservative: 1 } };

/** One of V8's settings as a strategy wants it. */
export interface LeverState {
	/** As on Node's command line: `--semi-space-growth-factor=1`. */
	setting: string;
	/** Whether V8 goes by it now. */
	inForce: boolean;
	/** One short sentence: what it does, or why it is not in force and what to do. */
	detail: string;
}

/** What was last written, for there is no way to ask V8. */
const written = new Map<string, number>();

/** Sets what can be set for `strategy`; `undefined` and `balanced`: everything as Node was started. */
export function pullLevers(strategy: GcStrategy | undefined): void {
	if (!leversKnown()) return;
	for (const { flag, v8Default, values } of atRunTime) {
		const started = valueAtStart(flag) ?? v8Default;
		const value = (strategy && values[strategy]) ?? started;
		if ((written.get(flag) ?? started) === value) continue;
		setFlagsFromString(`--${flag}=${value}`);
		written.set(flag, value);
	}
}

export function leverStates(strategy: GcStrategy | undefined): LeverState[] {
	if (!strategy) return [];
	const states: LeverState[] = [];
	const young = formatBytes(youngGenerationBytes());
	for (const { flag, values } of atRunTime) {
		const value = values[strategy];
		if (value === undefined) continue;
		const setting = `--${flag}=${value}`;
		const inForce = written.get(flag) === value;
		const detail = inForce ? effectOf(flag, value, young) : `not tried on V8 ${process.versions.v8}`;
		states.push({ setting, inForce, detail });
	}
	const wanted = atStartOnly.values[strategy];
	if (wanted !== undefined) states.push(startState(strategy, wanted));
	return states;
}

/** Memory of the young generation now, both halves. */
export function youngGenerationBytes(): number | undefined {
	return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size;
}

export function leversKnown(): boolean {
	const major = Number(process.versions.v8?.split('.')[0]);
	return major >= FIRST_V8 && major <= LAST_V8;
}

function effectOf(flag: string, value: number, young: string): string {
	if (flag === 'heap-growing-percent') return `a full collection once the heap has grown by ${value} %`;
	return value === 1
		? `the young generation, ${young} now, grows no further`
		: `the young generation, ${young} now, grows ${value}-fold at a time`;
}

/** V8 does not say what its bound is; but one that was passed is as large, and a small generation that cannot grow needs none. */
function startState(strategy: GcStrategy, wanted: number): LeverState {
	const setting = `--${atStartOnly.flag}=${wanted}`;
	const started = valueAtStart(atStartOnly.flag);
	const larger = strategy === 'aggressive';
	const young = youngGenerationBytes() ?? Number.NaN;
	const held = written.get('semi-space-growth-factor') === 1;
	const reached = larger ? young >= 2 * wanted * MB : held && young <= 2 * wanted * MB;
	const inForce = reached || (started !== undefined && started > 0 && (larger ? started >= wanted : started <= wanted));
	const detail = inForce
		? `each half of the young generation takes ${larger ? 'at least' : 'at most'} ${wanted} MB`
		: `can be set only at start: node ${setting}`;
	return { setting, inForce, detail };
}

/** The flag as Node was started with it: the command line comes after `NODE_OPTIONS`, and the last one counts. */
function valueAtStart(flag: string): number | undefined {
	const options = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv];
	let value: number | undefined;
	for (const [index, option] of options.entries()) {
		const [name = '', text = options[index + 1]] = option.split('=', 2);
		if (name.replaceAll('_', '-') !== `--${flag}` || text === undefined || text === '') continue;
		const number = Number(text);
		if (Number.isInteger(number)) value = number;
	}
	return value;
}
