import type { NoticeEntry } from '../../src/protocol/entries.ts';

const SHOWN = 3;

/** Those that stand above the figures without being asked for, newest first: of what needs nobody's attention only the newest. */
export function firstNotices<Shown extends { notice: NoticeEntry }>(newestFirst: readonly Shown[]): Shown[] {
	const newest = newestFirst.find(({ notice }) => notice.severity === 'info');
	return newestFirst.filter(each => each.notice.severity !== 'info' || each === newest).slice(0, SHOWN);
}
