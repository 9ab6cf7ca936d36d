import { InvalidArgumentError } from 'commander';

const FACTORS: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1024, M: 1024 * 1024 };
const MIN_INTERVAL = 1024;
const MAX_INTERVAL = 64 * 1024 * 1024;
const MAX_SAMPLES_PER_SECOND = 100;

/** `131072`, `128KB`, `128 KiB`, `0.5mb` as bytes. */
export function parseInterval(text: string): number {
	const match = /^\s*(\d+(?:\.\d+)?)\s*([KM]?)(?:i?B)?\s*$/i.exec(text);
	const bytes = Math.round(Number(match?.[1]) * (FACTORS[match?.[2]?.toUpperCase() ?? ''] ?? Number.NaN));
	if (bytes >= MIN_INTERVAL && bytes <= MAX_INTERVAL) return bytes;
	throw new InvalidArgumentError('Give a size from 1KB to 64MB, for example 128KB.');
}

export function parseRate(text: string): number {
	const rate = Number(text);
	if (text.trim() !== '' && rate >= 1 && rate <= MAX_SAMPLES_PER_SECOND) return rate;
	throw new InvalidArgumentError(`Give a number from 1 to ${MAX_SAMPLES_PER_SECOND}.`);
}
