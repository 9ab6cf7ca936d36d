import { formatBytes } from '../../protocol/units.ts';
import { FileError, fileErrors, MemoryManagerError, messageOf, shown } from '../internals.ts';

/** Errors of images, each with its file. */
export const imageErrors = {
	notImage: (path: string, found: string | undefined) =>
		new FileError(
			found === undefined ? 'wrongFormat' : 'unsupported',
			`${shown(path)} is no image that is read here${found === undefined ? '' : `: it is ${found}`}. JPEG, PNG, WebP, TIFF, GIF and AVIF are.`,
			{ path, offset: 0 },
		),
	tooLarge: (path: string, what: string, bytes: number, option: string, maxBytes: number) =>
		new FileError(
			'tooLarge',
			`${shown(path)}: ${what} takes ${formatBytes(bytes)}, more than the ${formatBytes(maxBytes)} that "${option}" allows.`,
			{ path },
		),
	tooLargeToLoad: (path: string, reason: string) =>
		new FileError('tooLarge', `${shown(path)} would have to be made smaller, which "onDownscale" forbids. ${reason}`, {
			path,
		}),
	unsupported: (path: string, what: string) => new FileError('unsupported', `${shown(path)}: ${what}.`, { path }),
	damaged: (path: string, problem: string, cause?: unknown) =>
		new FileError('damaged', `${shown(path)} is damaged: ${problem}.`, { path }, cause === undefined ? {} : { cause }),
	noMemory: (path: string, reason: string) =>
		new MemoryManagerError('insufficientMemory', `${shown(path)} has to be decoded whole. ${reason}`),
	noDiskSpace: (path: string, folder: string, neededBytes: number, freeBytes: number) =>
		fileErrors.fileUnwritable(
			folder,
			new Error(
				`the rows of ${shown(path)} take ${formatBytes(neededBytes)}, and ${formatBytes(freeBytes)} are free. Choose another "temporaryFolder"`,
			),
		),
	maskSize: (path: string, region: string, mask: string, image: string) =>
		new FileError(
			'invalidInput',
			`${shown(path)}: the mask of region ${shown(region)} is of ${mask}, the image of ${image}.`,
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
		return new FileError('tooLarge', `${shown(path)}: ${text}.`, { path }, { cause: error });
	}
	if (/unsupported image format|missing/.test(text)) {
		return imageErrors.damaged(path, 'its header cannot be read', error);
	}
	if (CUT_OFF.test(text)) {
		return new FileError('truncated', `${shown(path)} is cut off: ${text}.`, { path }, { cause: error });
	}
	return imageErrors.damaged(path, text, error);
}
