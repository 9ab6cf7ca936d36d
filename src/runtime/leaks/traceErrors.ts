import { MemoryManagerError } from '../runtimeError.ts';

/** What can keep allocations from being traced: one factory each. */
export const traceErrors = {
	noInspector: (cause: unknown) =>
		new MemoryManagerError(
			'traceUnavailable',
			"Allocations cannot be traced: this process may not use Node's inspector. Under the permission model, start Node with --allow-inspector.",
			{ cause },
		),
	notStarted: () =>
		new MemoryManagerError(
			'traceUnavailable',
			'No allocation trace is running: call startAllocationTrace() before the allocations that are to be seen.',
		),
	lost: (cause: unknown) =>
		new MemoryManagerError(
			'traceUnavailable',
			"The allocation trace ended early: another debugger stopped V8's sampler. Start it again.",
			{ cause },
		),
};
