import { MemoryManagerError, shown } from '../runtimeError.ts';

/** `option` is the field or the variable. */
export const invalidConfig = (option: string, expected: string, value: unknown): MemoryManagerError =>
	new MemoryManagerError(
		'invalidConfig',
		`Memory configuration: "${option}" must be ${expected}, not ${shown(value)}.`,
	);

export const unknownOption = (option: string, known: readonly string[]): MemoryManagerError =>
	new MemoryManagerError(
		'invalidConfig',
		`Memory configuration: there is no option ${shown(option)}. The options are ${known.join(', ')}.`,
	);
