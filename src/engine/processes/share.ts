import { DEFAULT_SAMPLES_PER_SECOND } from '../observation.ts';
import type { SamplingOptions } from '../sessionTypes.ts';

/** V8's sampling runs in so many processes and workers at once: reading each of them costs a collection. */
const MOST_SAMPLED = 8;
/** So many are asked as often as the main process; of more, each is asked less often. */
const MOST_AT_FULL_RATE = 8;
const LEAST_SAMPLES_PER_SECOND = 2;

/** What one more process may cost while `others` run already, `sampled` of them with V8's sampling. */
export function shareOf(sampling: SamplingOptions, others: number, sampled: number): SamplingOptions {
	const wanted = sampling.samplesPerSecond ?? DEFAULT_SAMPLES_PER_SECOND;
	const share = Math.max(LEAST_SAMPLES_PER_SECOND, (wanted * MOST_AT_FULL_RATE) / (others + 1));
	return {
		...sampling,
		samplesPerSecond: Math.min(wanted, share),
		allocations: sampling.allocations !== false && sampled < MOST_SAMPLED,
	};
}
