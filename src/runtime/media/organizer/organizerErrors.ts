import { MemoryManagerError, messageOf, shown, shownPath } from '../../internals.ts';

export const organizerErrors = {
	layout: (layout: string, problem: string) =>
		new MemoryManagerError('invalidOption', `MediaOrganizer: "layout" ${shown(layout)}: ${problem}.`),
	noSource: (path: string, cause: unknown) =>
		new MemoryManagerError('fileUnreadable', `MediaOrganizer: the source ${shownPath(path)}: ${messageOf(cause)}`, {
			cause,
		}),
	sourceIsTarget: (path: string) =>
		new MemoryManagerError(
			'invalidInput',
			`MediaOrganizer: ${shownPath(path)} is the target itself or holds it in a link. Name the folders below it that are to be organised.`,
		),
	targetUnusable: (path: string, cause: unknown) =>
		new MemoryManagerError(
			'fileUnwritable',
			`MediaOrganizer: the target ${shownPath(path)} cannot be used: ${messageOf(cause)}`,
			{ cause },
		),
	busy: (target: string, pid: number) =>
		new MemoryManagerError(
			'invalidInput',
			`MediaOrganizer: process ${pid} is organising into ${shownPath(target)} at the moment, or a process that cannot be asked did. Wait for its end; if there is none, remove the file "lock" in its folder ".media-organizer".`,
		),
	otherRun: (target: string) =>
		new MemoryManagerError(
			'invalidInput',
			`MediaOrganizer: an unfinished run with other sources or options lies in ${shownPath(target)}. Run it again as it was to finish it, or pass { unfinished: 'discard' } to leave its files where they are now.`,
		),
	damaged: (path: string, offset: number) =>
		new MemoryManagerError(
			'damaged',
			`MediaOrganizer: ${shownPath(path)} is damaged at byte ${offset}. Pass { unfinished: 'discard' } to begin anew.`,
		),
	disposed: () => new MemoryManagerError('disposed', 'The MediaOrganizer was disposed and cannot be used any more.'),
};

/** What the system calls an error: `ENOENT`. */
export const systemCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
