import { isBoolean, isNumber, isRecord, isString } from '../protocol/guards.ts';
import { SETTINGS_SECTION, type SettingKey, settingKeys } from './ids.ts';

export interface Settings {
	/** Node to run scripts with; absent: `node` on the PATH. */
	nodePath: string | undefined;
	args: readonly string[];
	/** Working directory as written, before `${workspaceFolder}` and the like are filled in. */
	cwd: string | undefined;
	/** Variables on top of the environment; `null` takes one away. */
	env: Readonly<Record<string, string | null>>;
	samplesPerSecond: number;
	samplingIntervalBytes: number;
	allocations: boolean;
	/** Whether memory outside the heap is attributed to call sites. */
	offHeap: boolean;
	/** Whether worker threads and child processes join the session. */
	childProcesses: boolean;
	/** Percent of wall time; 0 sets no bound. */
	overheadBudget: number;
	lineAnnotations: boolean;
	recordingsFolder: string | undefined;
	keepRecordings: number;
	codeLensEnabled: boolean;
	notifyAtCritical: boolean;
	openPanelOnStart: boolean;
}

export const MAX_SAMPLES_PER_SECOND = 100;
export const MIN_INTERVAL_BYTES = 1024;
export const MAX_INTERVAL_BYTES = 64 * 1024 * 1024;

interface Check<T> {
	fallback: T;
	accepts: (value: unknown) => value is T;
	/** What is expected, ending the sentence `… must be`. */
	expected: string;
}

const bool = (fallback: boolean): Check<boolean> => ({ fallback, accepts: isBoolean, expected: 'true or false' });
const text = (expected: string): Check<string> => ({ fallback: '', accepts: isString, expected });
const integer = (fallback: number, min: number, max: number): Check<number> => ({
	fallback,
	accepts: (value): value is number => isNumber(value) && Number.isInteger(value) && value >= min && value <= max,
	expected: `a whole number from ${min} to ${max}`,
});

export const samplesPerSecondCheck: Check<number> = {
	fallback: 20,
	accepts: (value): value is number => isNumber(value) && value >= 0.1 && value <= MAX_SAMPLES_PER_SECOND,
	expected: `a number from 0.1 to ${MAX_SAMPLES_PER_SECOND}`,
};
export const MAX_OVERHEAD_PERCENT = 50;
export const budgetCheck: Check<number> = {
	fallback: 3,
	accepts: (value): value is number => isNumber(value) && value >= 0 && value <= MAX_OVERHEAD_PERCENT,
	expected: `a number of percent from 0 to ${MAX_OVERHEAD_PERCENT}`,
};
const argsCheck: Check<readonly string[]> = {
	fallback: [],
	accepts: (value): value is readonly string[] => Array.isArray(value) && value.every(isString),
	expected: 'a list of texts',
};
const envCheck: Check<Readonly<Record<string, string | null>>> = {
	fallback: {},
	accepts: (value): value is Record<string, string | null> =>
		isRecord(value) && Object.entries(value).every(([name, v]) => name !== '' && (isString(v) || v === null)),
	expected: 'an object whose values are texts, or null to take a variable away',
};

/**
 * Settings are text that a person wrote: each value is checked, and one that does not fit is replaced by the default, with a
 * sentence through `warn` that names the setting and the accepted form.
 */
export function readSettings(get: (key: SettingKey) => unknown, warn: (sentence: string) => void): Settings {
	const read = <T>(key: SettingKey, check: Check<T>): T => {
		const value = get(key);
		if (value === undefined || value === null) return check.fallback;
		if (check.accepts(value)) return value;
		warn(
			`The setting ${SETTINGS_SECTION}.${key} must be ${check.expected}; ${shown(check.fallback)} is used instead of ${shown(value)}.`,
		);
		return check.fallback;
	};
	const orAbsent = (value: string): string | undefined => value.trim() || undefined;
	return {
		nodePath: orAbsent(read(settingKeys.nodePath, text('the path of a Node binary'))),
		args: read(settingKeys.args, argsCheck),
		cwd: orAbsent(read(settingKeys.cwd, text('a folder'))),
		env: read(settingKeys.env, envCheck),
		samplesPerSecond: read(settingKeys.samplesPerSecond, samplesPerSecondCheck),
		samplingIntervalBytes: read(
			settingKeys.samplingInterval,
			integer(128 * 1024, MIN_INTERVAL_BYTES, MAX_INTERVAL_BYTES),
		),
		allocations: read(settingKeys.allocations, bool(true)),
		offHeap: read(settingKeys.offHeap, bool(true)),
		childProcesses: read(settingKeys.childProcesses, bool(true)),
		overheadBudget: read(settingKeys.overheadBudget, budgetCheck),
		lineAnnotations: read(settingKeys.lineAnnotations, bool(true)),
		recordingsFolder: orAbsent(read(settingKeys.recordingsFolder, text('a folder'))),
		keepRecordings: read(settingKeys.keepRecordings, integer(50, 1, 10_000)),
		codeLensEnabled: read(settingKeys.codeLensEnabled, bool(true)),
		notifyAtCritical: read(settingKeys.notifyAtCritical, bool(true)),
		openPanelOnStart: read(settingKeys.openPanelOnStart, bool(true)),
	};
}

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
