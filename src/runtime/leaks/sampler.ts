import { sharedHub } from '../reporter.ts';
import { InspectorSession } from './inspectorSession.ts';
import { traceErrors } from './traceErrors.ts';

export interface CallFrame {
	functionName: string;
	scriptId: string;
	url: string;
	/** 0-based: where the function begins. */
	lineNumber: number;
	columnNumber: number;
}

export interface ProfileNode {
	id: number;
	callFrame: CallFrame;
	selfSize: number;
	children: ProfileNode[];
}

/** `size` is the bytes this sample stands for; `ordinal` counts up with each sample taken. */
export interface ProfileSample {
	nodeId: number;
	size: number;
	ordinal: number;
}

export interface SamplingProfile {
	head: ProfileNode;
	samples: ProfileSample[];
}

interface Sampling {
	readonly session: InspectorSession;
	/** The interval, where we started the sampler; another one's is not told. */
	readonly intervalBytes: number | undefined;
	users: number;
}

/** V8 has one sampler per isolate, so whoever needs it here shares it. */
let current: Sampling | undefined;

export interface SamplerHold {
	/** Distance of the samples; `undefined` when another one (the profiler) started the sampler. */
	readonly intervalBytes: number | undefined;
	/** What is live, by call stack. Forces a full collection. Throws `traceUnavailable` when another one stopped the sampler. */
	read(): SamplingProfile;
	release(): void;
}

/**
 * Holds V8's sampler, started unless it runs. One that somebody else runs is only read: V8 answers a second start with success
 * and a second stop by ending it for both.
 */
export function holdSampler(intervalBytes: number): SamplerHold {
	current ??= begin(intervalBytes);
	const sampling = current;
	sampling.users++;
	let held = true;
	return {
		intervalBytes: sampling.intervalBytes,
		read: () => {
			try {
				return read(sampling.session);
			} catch (error) {
				// It is of no more use to anybody: the next one starts anew.
				if (current === sampling) current = undefined;
				sampling.session.close();
				throw traceErrors.lost(error);
			}
		},
		release: () => {
			if (!held) return;
			held = false;
			sampling.users--;
			if (sampling.users === 0 && current === sampling) end(sampling);
		},
	};
}

function begin(intervalBytes: number): Sampling {
	const session = new InspectorSession();
	try {
		// Without a sampler this is refused at once, and nothing is collected.
		read(session);
		return { session, intervalBytes: undefined, users: 0 };
	} catch {
		// Nobody samples: we do.
	}
	try {
		session.post('HeapProfiler.startSampling', { samplingInterval: intervalBytes });
	} catch (error) {
		session.close();
		throw traceErrors.noInspector(error);
	}
	return { session, intervalBytes, users: 0 };
}

function end(sampling: Sampling): void {
	// A profiler that came later reads our sampler without knowing; to close the session would stop it.
	if (sampling.intervalBytes !== undefined && sharedHub().recording) return;
	current = undefined;
	// Closing stops a sampler that this session started, and no other.
	sampling.session.close();
}

const read = (session: InspectorSession): SamplingProfile =>
	session.post<{ profile: SamplingProfile }>('HeapProfiler.getSamplingProfile').profile;
