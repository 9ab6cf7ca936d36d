import type { SharedHub } from '../reporter.ts';
import { hookBuffers } from './buffers.ts';
import { hookConstructors } from './constructors.ts';
import { disguiseSources } from './disguise.ts';
import { OffHeapRecorder } from './recorder.ts';
import { hookResults, lateHooks } from './results.ts';

/** Wraps what makes memory outside the heap in this thread. Until the hub records, a wrapper costs a subtraction. */
export function installOffHeap(hub: SharedHub): void {
	if (!hub.attachOffHeap) return;
	const recorder = new OffHeapRecorder(() => hub.openRegions?.() ?? []);
	hookConstructors(recorder);
	hookBuffers(recorder);
	hookResults(recorder);
	disguiseSources();
	const hookLate = lateHooks(recorder);
	hub.attachOffHeap({
		start() {
			hookLate();
			recorder.start();
		},
		stop: () => recorder.stop(),
		end: () => recorder.end(),
		setInterval: bytes => recorder.setInterval(bytes),
		drain(arrayBuffersBytes) {
			hookLate();
			return recorder.drain(arrayBuffersBytes);
		},
	});
}
