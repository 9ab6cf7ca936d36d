import { InvalidArgumentError } from 'commander';
import { parseBytes } from '../protocol/parseBytes.ts';

const MB = 1024 * 1024;
const MIN_INTERVAL = 1024;
const MAX_INTERVAL = 64 * MB;
/** Node itself needs about this much. */
const MIN_LIMIT = 32 * MB;
const MAX_PERCENT = 50;
const MAX_SAMPLES_PER_SECOND = 100;
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, '': 1_000, m: 60_000, min: 60_000, h: 3_600_000 };
const MAX_DURATION_MS = 7 * 24 * 3_600_000;

export function parseInterval(text: string): number {
	const bytes = parseBytes(text) ?? Number.NaN;
	if (bytes >= MIN_INTERVAL && bytes <= MAX_INTERVAL) return bytes;
	throw new InvalidArgumentError('Give a size from 1KB to 64MB, for example 128KB.');
}

/** A bound for the memory of a script, bytes. */
export function parseLimit(text: string): number {
	const bytes = parseBytes(text) ?? Number.NaN;
	if (bytes >= MIN_LIMIT && Number.isSafeInteger(bytes)) return bytes;
	throw new InvalidArgumentError('Give a size of at least 32MB, for example 512MB.');
}

export function parseRate(text: string): number {
	const rate = Number(text);
	if (text.trim() !== '' && rate >= 1 && rate <= MAX_SAMPLES_PER_SECOND) return rate;
	throw new InvalidArgumentError(`Give a number from 1 to ${MAX_SAMPLES_PER_SECOND}.`);
}

export function parsePercent(text: string): number {
	const percent = Number(text);
	if (text.trim() !== '' && percent >= 0 && percent <= MAX_PERCENT) return percent;
	throw new InvalidArgumentError(`Give a number of percent from 0 to ${MAX_PERCENT}.`);
}

/** `30`, `30s`, `1.5m`, `2h`, `250ms` as ms; a bare number is seconds. */
export function parseDuration(text: string): number {
	const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|)\s*$/.exec(text);
	const ms = Number(match?.[1]) * (MS[match?.[2] ?? ''] ?? Number.NaN);
	if (ms >= 100 && ms <= MAX_DURATION_MS) return ms;
	throw new InvalidArgumentError('Give a time from 100ms to 168h, for example 30s.');
}

export function parsePid(text: string): number {
	const pid = Number(text);
	if (/^\s*\d+\s*$/.test(text) && pid > 0 && pid <= 2 ** 31) return pid;
	throw new InvalidArgumentError('Give the number of a process.');
}
