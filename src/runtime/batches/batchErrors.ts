import { MemoryManagerError, runtimeErrors, shown } from '../runtimeError.ts';

/** What can go wrong with batches and predictions; options are refused with `runtimeErrors.invalidOption`. */
export const batchErrors = {
	notIterable: (name: string, value: unknown) =>
		new MemoryManagerError(
			'invalidInput',
			`Batches "${name}": the input must be an iterable or an async iterable, not ${shown(value)}.`,
		),
	wrongResults: (name: string, expected: number, given: unknown) =>
		new MemoryManagerError(
			'invalidInput',
			`Batches "${name}": process must give an array with one result per item, ${expected} here, not ${
				Array.isArray(given)
					? given.length === expected
						? 'promises (await Promise.all, or give processItem)'
						: `${given.length} results`
					: shown(given)
			}.`,
		),
	itemSize: (name: string, index: number, value: unknown) =>
		new MemoryManagerError(
			'invalidSize',
			`Batches "${name}": bytesOf must give a number of bytes from 0 on, not ${shown(value)} (item ${index}).`,
		),
	alreadyRead: (name: string) =>
		new MemoryManagerError(
			'invalidInput',
			`Batches "${name}": a run can be read once, and this one was. Call process() again with the input.`,
		),
	disposed: (name: string) => runtimeErrors.disposed(`Batches "${name}"`),
};
