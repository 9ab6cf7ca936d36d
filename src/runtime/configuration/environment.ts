import { BYTES_FORMS, parseBytes } from '../../protocol/parseBytes.ts';
import { formatBytes, formatPercent } from '../../protocol/units.ts';
import { LEAST_MEMORY, MEMORY_FORMS } from './checks.ts';
import { invalidConfig } from './configErrors.ts';
import type { MemoryConfig, MemoryConfigOptions, PressureThreshold } from './memoryConfig.ts';
import { isProfile, memoryProfiles, profileNames } from './profiles.ts';

const PROFILE = 'MEMORY_MANAGER_PROFILE';
const MAX_MEMORY = 'MEMORY_MANAGER_MAX_MEMORY';
const WARNING = 'MEMORY_MANAGER_WARNING_THRESHOLD';
const CRITICAL = 'MEMORY_MANAGER_CRITICAL_THRESHOLD';
const THRESHOLD_FORMS = `what is left (${BYTES_FORMS}), the share in use (85%) or both (500MB,85%)`;

/**
 * What the environment asks for, and nothing else: `MEMORY_MANAGER_PROFILE` (`default`, `constrained`, `largeCollection`),
 * `MEMORY_MANAGER_MAX_MEMORY` (`512MB`, `1.5GB`, bytes), `MEMORY_MANAGER_WARNING_THRESHOLD` and
 * `MEMORY_MANAGER_CRITICAL_THRESHOLD` (`500MB` left, `85%` in use, or both: `500MB,85%`). Empty variables count as not set.
 * Throws a `MemoryManagerError` (`invalidConfig`) that names the variable, its value and the accepted forms.
 *
 * @example
 * // The environment has the last word.
 * configure({ ...memoryProfiles.constrained, ...fromEnvironment() });
 */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): MemoryConfigOptions {
	const profile = env[PROFILE]?.trim();
	if (profile && !isProfile(profile)) throw invalidConfig(PROFILE, `one of ${profileNames()}`, profile);
	const maxMemoryBytes = memoryOf(env[MAX_MEMORY]);
	const warning = thresholdOf(WARNING, env[WARNING]);
	const critical = thresholdOf(CRITICAL, env[CRITICAL]);
	return {
		...(profile && isProfile(profile) && memoryProfiles[profile]),
		...(maxMemoryBytes !== undefined && { maxMemoryBytes }),
		...(warning && { warning }),
		...(critical && { critical }),
	};
}

/** Throws `invalidConfig`, with the variable's name, where the thresholds of the environment leave no room between the levels. */
export function checkEnvironmentThresholds({ warning, critical }: MemoryConfig, env = process.env): void {
	if (warning.availableBytes >= critical.availableBytes && warning.share <= critical.share) return;
	const text = ({ availableBytes, share }: PressureThreshold) =>
		`${formatBytes(availableBytes)} left or ${formatPercent(share)} in use`;
	if (env[WARNING]?.trim()) {
		throw invalidConfig(WARNING, `reached before critical, which is ${text(critical)}`, env[WARNING]);
	}
	throw invalidConfig(CRITICAL, `reached after the warning, which is ${text(warning)}`, env[CRITICAL]);
}

function memoryOf(text: string | undefined): number | undefined {
	if (!text?.trim()) return undefined;
	const bytes = parseBytes(text);
	if (bytes === undefined || bytes < LEAST_MEMORY) throw invalidConfig(MAX_MEMORY, MEMORY_FORMS, text);
	return bytes;
}

function thresholdOf(variable: string, text: string | undefined): Partial<PressureThreshold> | undefined {
	if (!text?.trim()) return undefined;
	const threshold: Partial<PressureThreshold> = {};
	for (const part of text.split(',')) {
		const share = shareOf(part);
		const availableBytes = share === undefined ? parseBytes(part) : undefined;
		const twice = share === undefined ? threshold.availableBytes !== undefined : threshold.share !== undefined;
		if (twice || (share === undefined && availableBytes === undefined)) {
			throw invalidConfig(variable, THRESHOLD_FORMS, text);
		}
		if (share !== undefined) threshold.share = share;
		if (availableBytes !== undefined) threshold.availableBytes = availableBytes;
	}
	return threshold;
}

function shareOf(text: string): number | undefined {
	const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text.trim())?.[1];
	const share = percent === undefined ? Number.NaN : Number(percent) / 100;
	return share > 0 && share <= 1 ? share : undefined;
}
