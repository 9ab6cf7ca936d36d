import { formatBytes, formatMs, formatPercent } from '../protocol/units.ts';
import { checkConfig, checkConfigNames, checkThresholdNames } from './configuration/checks.ts';
import { invalidConfig } from './configuration/configErrors.ts';
import { checkEnvironmentThresholds, fromEnvironment } from './configuration/environment.ts';
import type { MemoryConfig, MemoryConfigOptions, PressureThreshold } from './configuration/memoryConfig.ts';
import { isProfile, memoryProfiles, profileNames } from './configuration/profiles.ts';
import { sharedHub } from './reporter.ts';
import { monotonicMs } from './reporting/clock.ts';

type Listener = (config: Readonly<MemoryConfig>) => void;

const listeners = new Set<Listener>();
let current: Readonly<MemoryConfig> | undefined;

/**
 * The limits in force. Without a choice by anybody they are those of the profile `default`, but for its `maxMemoryBytes`: a library
 * must not cap a process that never asked. The environment is read at the first use; throws `invalidConfig` where it is wrong.
 *
 * @example
 * const { chunkBytes } = currentConfig();
 */
export function currentConfig(): Readonly<MemoryConfig> {
	current ??= established(fromNobody());
	return current;
}

/**
 * Changes the limits for this process, from now on. With a `profile` all figures that are not named are the profile's, else they stay
 * what they are; either wins over the environment. Gives the limits that hold now.
 * Throws a `MemoryManagerError` (`invalidConfig`), and changes nothing, for options that cannot be.
 *
 * @example
 * configure({ profile: 'constrained', maxMemoryBytes: 300 * 1024 * 1024 });
 */
export function configure(options: MemoryConfigOptions): Readonly<MemoryConfig> {
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw invalidConfig('options', 'an object such as { profile: "constrained" }', options);
	}
	checkConfigNames(options);
	if (options.profile !== undefined && !isProfile(options.profile)) {
		throw invalidConfig('profile', `one of ${profileNames()}`, options.profile);
	}
	const base = options.profile === undefined ? currentConfig() : memoryProfiles[options.profile];
	current = established(withOptions(base, options));
	for (const listener of [...listeners]) listener(current);
	return current;
}

/** As if nobody had chosen anything: the next use reads the environment again. For tests. */
export function resetConfig(): void {
	current = undefined;
}

/** Told after every `configure`; must not throw. Gives what ends it. */
export function onConfigure(listener: Listener): () => void {
	listeners.add(listener);
	return () => void listeners.delete(listener);
}

function fromNobody(): MemoryConfig {
	const { maxMemoryBytes: _, ...unchosen } = memoryProfiles.default;
	const config = withOptions(unchosen, fromEnvironment());
	checkEnvironmentThresholds(config);
	return config;
}

function withOptions(base: Readonly<MemoryConfig>, options: MemoryConfigOptions): MemoryConfig {
	const merged: Record<string, unknown> = { ...base };
	for (const [name, value] of Object.entries(options)) {
		if (value !== undefined) merged[name] = value;
		else if (name === 'maxMemoryBytes' || name === 'cacheTtlMs' || name === 'gcThresholdBytes') delete merged[name];
	}
	merged.warning = { ...base.warning, ...thresholdPart('warning', options.warning) };
	merged.critical = { ...base.critical, ...thresholdPart('critical', options.critical) };
	return merged as unknown as MemoryConfig;
}

function thresholdPart(name: string, part: unknown): Partial<PressureThreshold> {
	if (part === undefined) return {};
	if (typeof part === 'object' && part !== null && !Array.isArray(part)) {
		checkThresholdNames(name, part);
		return part;
	}
	throw invalidConfig(name, 'an object such as { availableBytes: 524288000, share: 0.85 }', part);
}

function established(config: MemoryConfig): Readonly<MemoryConfig> {
	checkConfig(config);
	Object.freeze(config.warning);
	Object.freeze(config.critical);
	sharedHub().report({ type: 'config', t: monotonicMs(), profile: config.profile, limits: limitsOf(config) });
	return Object.freeze(config);
}

function limitsOf(config: MemoryConfig): [string, string][] {
	const { maxMemoryBytes, cacheTtlMs, gcThresholdBytes } = config;
	const threshold = ({ availableBytes, share }: PressureThreshold) =>
		`below ${formatBytes(availableBytes)} available or above ${formatPercent(share)} in use`;
	return [
		['Memory', maxMemoryBytes === undefined ? 'no limit of its own' : formatBytes(maxMemoryBytes)],
		['Warning', threshold(config.warning)],
		['Critical', threshold(config.critical)],
		['Cache', formatBytes(config.cacheBytes)],
		['Cache entries live', cacheTtlMs === undefined ? 'without limit' : formatMs(cacheTtlMs)],
		['Chunk', formatBytes(config.chunkBytes)],
		['Batch', `${config.minBatchSize} to ${config.maxBatchSize} items${config.adaptiveBatches ? ', adaptive' : ''}`],
		['Forced collections', collections(gcThresholdBytes, config.gcIntervalMs)],
		['Monitor', `every ${formatMs(config.monitorIntervalMs)}, ${config.monitoring}`],
	];
}

const collections = (threshold: number | undefined, intervalMs: number): string =>
	`at most one in ${formatMs(intervalMs)}${threshold === undefined ? '' : `, from ${formatBytes(threshold)} in use on`}`;
