import { FileError, shownPath } from '../internals.ts';

/** Errors of formats, with the file and, where there is one, the offset at which it stopped making sense. */
export const formatErrors = {
	/** The file ends before what its own words promise. */
	truncated: (path: string, offset: number, neededBytes: number, size: number, what = 'the data') =>
		new FileError(
			'truncated',
			`${shownPath(path)} ends at byte ${size}, but ${what} at byte ${offset} needs ${neededBytes} bytes more than the ${Math.max(size - offset, 0)} that are there. It is cut off, or a length in it is wrong.`,
			{ path, offset },
		),
	/** What stands there contradicts the format. */
	damaged: (path: string, offset: number | undefined, problem: string, cause?: unknown) =>
		new FileError(
			'damaged',
			`${shownPath(path)} is damaged${offset === undefined ? '' : ` at byte ${offset}`}: ${problem}.`,
			{ path, ...(offset !== undefined && { offset }) },
			cause === undefined ? undefined : { cause },
		),
	/** Recognised, and not read here. `advice` is a sentence. */
	unsupported: (path: string, what: string, advice = '', offset?: number) =>
		new FileError('unsupported', `${shownPath(path)}: ${what}${advice === '' ? '' : ` ${advice}`}`, {
			path,
			...(offset !== undefined && { offset }),
		}),
	/** `found`: what the content is, where it is known. */
	wrongFormat: (path: string, expected: string, found: string | undefined) =>
		new FileError(
			'wrongFormat',
			`${shownPath(path)} is not ${expected}: ${found === undefined ? 'its content is of no format known here' : `its content is ${found}`}. openReader() finds the format by itself.`,
			{ path, offset: 0 },
		),
	/** A bound of ours was reached; `option` raises it. */
	tooLarge: (path: string, what: string, bytes: number, option: string, maxBytes: number, offset?: number) =>
		new FileError(
			'tooLarge',
			`${shownPath(path)}: ${what} takes ${bytes} bytes, more than the ${maxBytes} that "${option}" allows.`,
			{ path, ...(offset !== undefined && { offset }) },
		),
};
