import type { EndReason, StateEntry } from '../protocol/entries.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes } from '../protocol/units.ts';

/** Why a session ended, in words that follow the script's name: `exited with code 1`. */
export function describeEnd(reason: EndReason): string {
	switch (reason.kind) {
		case 'exit':
			return `exited with code ${reason.code}`;
		case 'signal':
			return `killed by ${visibleText(reason.signal, 20)}`;
		case 'outOfMemory':
			return `out of memory${reason.limitBytes === undefined ? '' : `: heap limit ${formatBytes(reason.limitBytes)}`}`;
		case 'memoryKill': {
			const limit = reason.limitBytes === undefined ? '' : `: limit ${formatBytes(reason.limitBytes)}`;
			return `killed because ${reason.by === 'container' ? 'its container' : 'the machine'} ran out of memory${limit}`;
		}
		case 'detached':
			return 'let go; the process was not ended';
		case 'terminated':
			return 'ended by its process';
		case 'gone':
			return 'ended; how is not known';
		case 'launchFailed':
			return `could not be started: ${visibleText(reason.message, 300)}`;
		case 'stopped':
			return 'stopped';
	}
}

export interface StateDescription {
	text: string;
	/** How it should look: `good` and `bad` only for what has ended. */
	tone: 'busy' | 'good' | 'bad' | 'neutral';
}

const NEUTRAL: ReadonlySet<EndReason['kind']> = new Set(['detached', 'terminated', 'gone', 'stopped']);

/** `live` is false for an opened recording, which can break off without an end. */
export function describeState(state: StateEntry | undefined, live: boolean): StateDescription {
	if (state?.state === 'ended' && state.reason) {
		const { reason } = state;
		const good = reason.kind === 'exit' && reason.code === 0;
		const neutral = NEUTRAL.has(reason.kind);
		return { text: describeEnd(reason), tone: good ? 'good' : neutral ? 'neutral' : 'bad' };
	}
	if (state?.state === 'ended') return { text: 'ended', tone: 'neutral' };
	if (!live) return { text: 'the recording breaks off here', tone: 'bad' };
	return { text: state?.state ?? 'starting', tone: 'busy' };
}
