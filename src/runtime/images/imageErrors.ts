import { formatBytes } from '../../protocol/units.ts';
import { FileError, fileErrors, MemoryManagerError, messageOf, shown, shownPath } from '../internals.ts';

/** Errors of images, each with its file. */
export const imageErrors = {
	notImage: (path: string, found: string | undefined) =>
		new FileError(
			found === undefined ? 'wrongFormat' : 'unsupported',
			`${shownPath(path)} is no image that is read here${found === undefined ? '' : `: it is ${found}`}. JPEG, PNG, WebP, TIFF, GIF and AVIF are.`,
			{ path, offset: 0 },
		),
	tooLarge: (path: string, what: string, bytes: number, option: string, maxBytes: number) =>
		new FileError(
			'tooLarge',
			`${shownPath(path)}: ${what} takes ${formatBytes(bytes)}, more than the ${formatBytes(maxBytes)} that "${option}" allows.`,
			{ path },
		),
	tooLargeToLoad: (path: string, reason: string) =>
		new FileError(
			'tooLarge',
			`${shownPath(path)} would have to be made smaller, which "onDownscale" forbids. ${reason}`,
			{
				path,
			},
		),
	unsupported: (path: string, what: string) => new FileError('unsupported', `${shownPath(path)}: ${what}.`, { path }),
	damaged: (path: string, problem: string, cause?: unknown) =>
		new FileError(
			'damaged',
			`${shownPath(path)} is damaged: ${problem}.`,
			{ path },
			cause === undefined ? {} : { cause },
		),
	noMemory: (path: string, reason: string) =>
		new MemoryManagerError('insufficientMemory', `${shownPath(path)} has to be decoded whole. ${reason}`),
	noDiskSpace: (path: string, folder: string, neededBytes: number, freeBytes: number) =>
		fileErrors.fileUnwritable(
			folder,
			new Error(
				`the rows of ${shownPath(path)} take ${formatBytes(neededBytes)}, and ${formatBytes(freeBytes)} are free. Choose another "temporaryFolder"`,
			),
		),
	busy: (output: string, lock: string, pid: number) =>
		new MemoryManagerError(
			'invalidInput',
			`processBatch: process ${pid} is writing into ${shownPath(output)} at the moment, or a process that cannot be asked did. Wait for its end, or choose another "output"; if there is none, remove the file "${lock}" there.`,
		),
	maskSize: (path: string, region: string, mask: string, image: string) =>
		new FileError(
			'invalidInput',
			`${shownPath(path)}: the mask of region ${shown(region)} is of ${mask}, the image of ${image}.`,
			{
				path,
			},
		),
};

const CUT_OFF =
	/premature|truncat|unexpected end|end of (file|stream|image)|not enough|unable to read|read error|out of data|short read/i;

/** What `sharp` threw, in our words; `path` names the file. */
export function fromSharp(path: string, error: unknown): unknown {
	if (error instanceof MemoryManagerError || (error as { name?: unknown })?.name === 'AbortError') return error;
	// The library says every line twice, and more of them than help.
	const text = messageOf(error).split('\n', 1)[0] ?? '';
	if (/ENOSPC|No space left|write error|unable to write/i.test(text)) return fileErrors.fileUnwritable(path, error);
	if (/exceeds (pixel|channel) limit/.test(text)) {
		return new FileError('tooLarge', `${shownPath(path)}: ${text}.`, { path }, { cause: error });
	}
	if (/unsupported image format|missing/.test(text)) {
		return imageErrors.damaged(path, 'its header cannot be read', error);
	}
	if (/samples out of range/.test(text)) return imageErrors.unsupported(path, 'its samples have more than 32 bits');
	if (CUT_OFF.test(text)) {
		return new FileError('truncated', `${shownPath(path)} is cut off: ${text}.`, { path }, { cause: error });
	}
	return imageErrors.damaged(path, text, error);
}
