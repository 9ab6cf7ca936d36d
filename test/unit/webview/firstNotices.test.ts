import assert from 'node:assert/strict';
import type { NoticeEntry } from '../../../src/protocol/entries.ts';
import { firstNotices } from '../../../webview/panel/firstNotices.ts';

const notice = (t: number, severity: NoticeEntry['severity']) => ({
	notice: { type: 'notice', t, severity, message: 'm' } as NoticeEntry,
});
const times = (...shown: ReturnType<typeof notice>[]) => firstNotices(shown).map(each => each.notice.t);

describe('firstNotices', () => {
	it('are the newest of those that need no attention, and all that do, three at most', () => {
		assert.deepEqual(times(notice(3, 'info'), notice(2, 'info'), notice(1, 'info')), [3]);
		assert.deepEqual(times(notice(4, 'info'), notice(3, 'warning'), notice(2, 'info'), notice(1, 'error')), [4, 3, 1]);
		assert.deepEqual(times(...[5, 4, 3, 2].map(t => notice(t, 'error'))), [5, 4, 3]);
		assert.deepEqual(times(), []);
	});
});
