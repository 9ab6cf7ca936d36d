import assert from 'node:assert/strict';
import { forecastText } from '../../../src/analysis/forecastWords.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const MB = 1024 * 1024;

/** Full collections twice a second that each leave 1 MB more than the one before. */
function growing(process: number, seconds: number, limitMb: number): Entry[] {
	const entries: Entry[] = [];
	for (let i = 0; i < seconds * 2; i++) {
		const t = i * 500;
		entries.push(
			{ type: 'sample', t, process, heapUsedBytes: (12 + i) * MB, heapLimitBytes: limitMb * MB },
			{
				...{ type: 'gc', t, process, windowMs: 1, durationMs: 3, kind: 'markCompact' },
				...{ usedBeforeBytes: (12 + i) * MB, usedAfterBytes: (10 + i) * MB },
			},
		);
	}
	return entries;
}

function modelOf(...entries: Entry[]): SessionModel {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
}

describe('forecastText', () => {
	it('says when the heap limit is reached, how sure that is and how it was found', () => {
		const found = forecastText(modelOf(...growing(1, 30, 190)));
		// 2 MB a second from 69 MB to 190 MB.
		assert.match(found?.text ?? '', /^Heap limit in about 6[01] s \(\d+–\d+\)$/);
		assert.match(
			found?.meaning ?? '',
			/^What \d+ full collections left, over [\d.]+ s, grows by 2\.00 MB a second \(.*, 19 times out of 20\) and is at [\d.]+ MB now\. .* 190 MB are reached 1:\d\d min after the start\.$/,
		);
	});

	it('takes the process that reaches its limit first, and is silent about one that has ended', () => {
		const worker: Entry = {
			...{ type: 'process', t: 1, process: 2, kind: 'worker', parent: 1, title: 'parser', pid: 1, cwd: '/' },
			...{ runtime: true, nodeVersion: '24.0.0', v8Version: '13', platform: 'linux', arch: 'x64' },
		};
		const model = modelOf(worker, ...growing(1, 30, 400), ...growing(2, 30, 190));
		assert.match(forecastText(model)?.text ?? '', /^Heap limit of parser in about 6[01] s/);
		model.apply({ type: 'state', t: 30_000, process: 2, state: 'ended', reason: { kind: 'exit', code: 0 } });
		assert.match(forecastText(model)?.text ?? '', /^Heap limit in about (2\.\d|[23]) min/);
		model.apply({ type: 'state', t: 30_000, state: 'ended', reason: { kind: 'exit', code: 0 } });
		assert.equal(forecastText(model), undefined);
	});

	it('is silent where memory does not grow', () => {
		const flat = growing(1, 30, 190).map(entry =>
			entry.type === 'gc' ? { ...entry, usedAfterBytes: (10 + (entry.t % 1_000) / 500) * MB } : entry,
		);
		assert.equal(forecastText(modelOf(...flat)), undefined);
	});
});
