import { BYTES_FORMS } from '../../protocol/parseBytes.ts';
import { formatBytes, formatPercent } from '../../protocol/units.ts';
import { type OptionNames, unknownName } from '../optionNames.ts';
import { invalidConfig, unknownOption } from './configErrors.ts';
import type { MemoryConfig, PressureThreshold } from './memoryConfig.ts';
import { isProfile, profileNames } from './profiles.ts';

/** Less can only be a number of megabytes that was meant. */
export const LEAST_MEMORY = 1024 * 1024;
const LONGEST_TIMER = 2 ** 31 - 1;

type Check = [expected: string, holds: (value: unknown) => boolean];

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => {
	return (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
};
const positive: Check = ['a positive whole number', whole(1)];
const bytes: Check = ['a positive whole number of bytes', whole(1)];
const optional = ([expected, holds]: Check): Check => [expected, value => value === undefined || holds(value)];

const CHECKS: { [K in keyof Required<Omit<MemoryConfig, 'warning' | 'critical'>>]: Check } = {
	profile: [`one of ${profileNames()}`, isProfile],
	maxMemoryBytes: optional(['a whole number of bytes, at least 1 MB', whole(LEAST_MEMORY)]),
	cacheBytes: bytes,
	cacheTtlMs: optional(['a number of ms above 0', value => isNumber(value) && value > 0]),
	chunkBytes: bytes,
	minBatchSize: positive,
	maxBatchSize: positive,
	adaptiveBatches: ['true or false', value => typeof value === 'boolean'],
	gcThresholdBytes: optional(['a whole number of bytes from 0 on', whole(0)]),
	gcIntervalMs: ['a number of ms from 0 on', value => isNumber(value) && value >= 0],
	monitorIntervalMs: [`a whole number of ms from 10 to ${LONGEST_TIMER}`, whole(10, LONGEST_TIMER)],
	monitoring: ['"auto" or "manual"', value => value === 'auto' || value === 'manual'],
};

/** Throws `invalidConfig` for a name that is no option. */
export function checkConfigNames(options: object): void {
	const known = { ...CHECKS, warning: true, critical: true };
	const name = unknownName(options, known);
	if (name !== undefined) throw unknownOption(name, Object.keys(known));
}

const THRESHOLD_NAMES: OptionNames<PressureThreshold> = { availableBytes: true, share: true };

/** Throws `invalidConfig` for a name that is no part of a threshold. */
export function checkThresholdNames(threshold: string, part: object): void {
	const name = unknownName(part, THRESHOLD_NAMES);
	if (name === undefined) return;
	const known = Object.keys(THRESHOLD_NAMES).map(one => `${threshold}.${one}`);
	throw unknownOption(`${threshold}.${name}`, known);
}

/** Throws `invalidConfig` for the first figure that cannot be. */
export function checkConfig(config: MemoryConfig): void {
	for (const [name, [expected, holds]] of Object.entries(CHECKS)) {
		const value = config[name as keyof MemoryConfig];
		if (!holds(value)) throw invalidConfig(name, expected, value);
	}
	checkThreshold('warning', config.warning);
	checkThreshold('critical', config.critical);
	checkOrder(config);
}

function checkThreshold(name: string, { availableBytes, share }: PressureThreshold): void {
	if (!whole(0)(availableBytes)) {
		throw invalidConfig(`${name}.availableBytes`, `a whole number of bytes from 0 on`, availableBytes);
	}
	if (!(isNumber(share) && share > 0 && share <= 1)) {
		throw invalidConfig(`${name}.share`, 'a share above 0 and up to 1', share);
	}
}

function checkOrder({ warning, critical, minBatchSize, maxBatchSize }: MemoryConfig): void {
	if (warning.availableBytes < critical.availableBytes) {
		const expected = `at least critical.availableBytes (${formatBytes(critical.availableBytes)})`;
		throw invalidConfig('warning.availableBytes', expected, warning.availableBytes);
	}
	if (warning.share > critical.share) {
		throw invalidConfig('warning.share', `at most critical.share (${formatPercent(critical.share)})`, warning.share);
	}
	if (minBatchSize > maxBatchSize) {
		throw invalidConfig('minBatchSize', `at most maxBatchSize (${maxBatchSize})`, minBatchSize);
	}
}

export const MEMORY_FORMS = `at least 1 MB, as ${BYTES_FORMS}`;
