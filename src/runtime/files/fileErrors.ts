import { MemoryManagerError, type RuntimeErrorCode, shownPath } from '../runtimeError.ts';

type FileErrorCode = Extract<
	RuntimeErrorCode,
	| 'fileUnreadable'
	| 'fileUnwritable'
	| 'lineTooLong'
	| 'chunkTimeout'
	| 'invalidInput'
	| 'truncated'
	| 'damaged'
	| 'unsupported'
	| 'wrongFormat'
	| 'tooLarge'
>;

/** Where in a file something went wrong; what is not known is absent. */
export interface FilePlace {
	path: string;
	/** Bytes from the start of the file. */
	offset?: number;
	/** From 1, counted from where reading began. */
	line?: number;
}

/** An error of a file, with the place in it. `code` is one of those of `MemoryManagerError`. */
export class FileError extends MemoryManagerError implements FilePlace {
	readonly path: string;
	declare readonly offset?: number;
	declare readonly line?: number;

	constructor(code: FileErrorCode, message: string, place: FilePlace, options?: ErrorOptions) {
		super(code, message, options);
		this.name = 'FileError';
		this.path = place.path;
		if (place.offset !== undefined) this.offset = place.offset;
		if (place.line !== undefined) this.line = place.line;
	}
}

export const fileErrors = {
	fileUnreadable: (path: string, offset: number, cause: unknown) =>
		new FileError(
			'fileUnreadable',
			`${shownPath(path)} cannot be read${offset > 0 ? ` at byte ${offset}` : ''}: ${reason(cause)}`,
			{ path, offset },
			{ cause },
		),
	fileUnwritable: (path: string, cause: unknown) =>
		new FileError('fileUnwritable', `${shownPath(path)} cannot be written: ${reason(cause)}`, { path }, { cause }),
	outputExists: (path: string) =>
		new FileError('fileUnwritable', `${shownPath(path)} is there already. Pass { overwrite: true } to replace it.`, {
			path,
		}),
	outputIsInput: (path: string) =>
		new FileError(
			'fileUnwritable',
			`${shownPath(path)} is the input itself. Pass { overwrite: true } to replace it by the result.`,
			{ path },
		),
	outputNotFile: (path: string) =>
		new FileError('fileUnwritable', `${shownPath(path)} is no regular file, so it cannot be replaced.`, { path }),
	lineTooLong: (place: Required<FilePlace>, maxLineBytes: number) =>
		new FileError(
			'lineTooLong',
			`${shownPath(place.path)}: line ${place.line}, from byte ${place.offset}, is longer than ${maxLineBytes} bytes. Raise "maxLineBytes" if that is no mistake.`,
			place,
		),
	notUtf8: (place: Required<FilePlace>) =>
		new FileError(
			'invalidInput',
			`${shownPath(place.path)}: line ${place.line}, from byte ${place.offset}, is not UTF-8. Leave "fatal" out to read it with replacement characters.`,
			place,
		),
	chunkTimeout: (path: string, offset: number, timeoutMs: number) =>
		new FileError('chunkTimeout', `${shownPath(path)}: nothing came within ${timeoutMs} ms at byte ${offset}.`, {
			path,
			offset,
		}),
};

function reason(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}
