import type { SharedHub } from '../reporter.ts';
import { hookBuffers } from './buffers.ts';
import { hookConstructors } from './constructors.ts';
import { disguiseSources } from './disguise.ts';
import { OffHeapRecorder } from './recorder.ts';

/** Wraps what makes memory outside the heap in this thread. Until the hub records, a wrapper costs a subtraction. */
export function installOffHeap(hub: SharedHub): void {
	if (!hub.attachOffHeap) return;
	const recorder = new OffHeapRecorder(() => hub.openRegions?.() ?? []);
	hookConstructors(recorder);
	hookBuffers(recorder);
	disguiseSources();
	hub.attachOffHeap(recorder);
}
