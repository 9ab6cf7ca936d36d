import assert from 'node:assert/strict';
import { reportOf } from '../../../src/analysis/report.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { reportText } from '../../../src/cli/text.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

function textOf(entries: readonly Entry[], title = sampleHeader.title): string {
	const model = new SessionModel({ ...sampleHeader, title });
	for (const entry of entries) model.apply(entry);
	return reportText(reportOf(model));
}

describe('reportText', () => {
	const text = textOf(sampleEntries(30_000, 'exit'));

	it('has a line for everything that was measured', () => {
		for (const expected of [
			/^aggregate\.mjs: exited with code 0, .*Node 24\.1\.0$/m,
			/^RSS +\d+ MB +[\d.]+ s$/m,
			/^Heap used .* of a limit of 4\.05 GB$/m,
			/^Collections .* were forced$/m,
			/^Profiling .* of the run$/m,
			/^Allocation sites: [\d.]+ MB allocated since sampling began and live at [\d.]+ s.*: the highest of 7 profiles/m,
			/^ *[\d.]+ MB .* parseRow +lib\/load\.mjs:41$/m,
			/^read file .* aggregate\.mjs:18$/m,
			/\(1 open\)/,
			/^airports .* 93 %/m,
			/^decode buffers/m,
			/^info at 900 ms: /m,
		])
			assert.match(text, expected);
	});

	it('has a section for everything that the runtime reported', () => {
		for (const expected of [
			/^resize tiles +48\u202f000 of 48\u202f000 .* 305 KB measured .* 5 memory level/m,
			/^rendered pages .* 12 refused by the disk$/m,
			/^parsed headers +1\u202f204 /m,
			/^delays by hour +3 +61\.0 MB$/m,
			/^data\/flights-2001\.csv +lines +588 MB of 588 MB +100 %/m,
			/^data\/scan-0117\.dcm +DICOM +1\.20 MB of 629 MB +0\.2 % read +1\u202f823 /m,
			/^group by airport +executed .* 380 MB \(340 MB to 430 MB\) +balanced$/m,
			/^Pressure +900 ms critical, 4\.60 s high, 8\.60 s elevated \(7 changes\); some of it simulated/m,
			/^Collector +balanced: 7 collections forced, 410 MB freed/m,
			/^Limits +profile constrained; Memory 2\.00 GB/m,
			/^15\.1 s +memory pressure \(critical\) +164 MB .* disk overflow rendered pages failed/m,
			/^26\.0 s +freeMemory +– .* nothing to let go of$/m,
			/^Findings: 5$/m,
			/^Problem: What parseRow allocates is never let go of\. \(68\.9 MB\)\n {2}at lib\/load\.mjs:41\n {2}- Live bytes/m,
			/^ {2}→ .* \[BoundedCache\]$/m,
			/^Not looked at: Growth by constructor/m,
		])
			assert.match(text, expected);
	});

	it('says when a diagnosis found nothing', () => {
		const nothing = textOf([
			{ type: 'diagnosis', t: 1, diagnosis: 1, findings: 0, ms: 1, collections: 1, notLookedAt: [] },
		]);
		assert.match(nothing, /^Findings: the diagnosis found nothing$/m);
	});

	it('shows a dash, never 0, for what was not measured', () => {
		const empty = textOf([{ type: 'region', t: 1, id: 1, name: 'cut', kind: 'region' }]);
		assert.match(empty, /^cut(?: +–){6}$/m);
		assert.match(empty, /^RSS +– +–$/m);
		assert.match(empty, /^Collections +none seen$/m);
		assert.match(empty, /^Allocations were not sampled\.$/m);
		assert.match(empty, /the recording breaks off/);
	});

	it('lets no control character of a recording reach the terminal', () => {
		const hostile = '\u001b]0;owned\u0007\r\n\u202e<script>';
		const region: Entry = { type: 'region', t: 1, id: 9, name: hostile, kind: 'region' };
		const notice: Entry = { type: 'notice', t: 1, severity: 'error', message: hostile };
		const finding: Entry = {
			...{ type: 'finding', t: 1, diagnosis: 99, kind: 'neverDied', severity: 'error', title: hostile },
			...{ evidence: [hostile], advice: hostile, tool: hostile, site: { file: hostile, line: 1, column: 1 } },
		};
		const cleanup: Entry = {
			...{ type: 'cleanup', t: 1, ms: 1, cause: 'scope', label: hostile },
			steps: [{ target: 'registered', name: hostile, detail: hostile }],
		};
		const printed = textOf([...sampleEntries(5_000, 'outOfMemory'), region, notice, finding, cleanup], hostile);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
		assert.doesNotMatch(printed, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
		assert.match(printed, /␛\]0;owned␇/);
	});

	it('tells how many caches were disposed of, and when it cannot count them all', () => {
		const disposed = (count: number): Entry[] =>
			Array.from({ length: count }, (_, i) => ({
				...{ type: 'cache', t: i, id: i, name: `c${i}`, disposed: true, bytes: 0, bytesFrom: 'declared' },
				...{ entries: 0, hits: 0, misses: 0, evictions: {} },
			}));
		assert.match(textOf(disposed(3)), /^Caches\n3 disposed of$/m);
		assert.match(textOf(disposed(3_000)), /^Caches\nat least 200 disposed of$/m);
	});

	it('stays short for a run with very many regions and notices', () => {
		const many = Array.from({ length: 5_000 }, (_, i): Entry[] => [
			{ type: 'region', t: 1, id: i, name: `r${i}`, kind: 'region' },
			{ type: 'notice', t: 1, severity: 'info', message: `n${i}` },
		]).flat();
		const lines = textOf(many).split('\n');
		assert.ok(lines.length < 60, `${lines.length} lines`);
		assert.ok(lines.some(line => /^and 4.076 more$/.test(line)));
		assert.ok(lines.some(line => /^Left out for lack of room: 904 regions, 4.500 notices$/.test(line)));
	});
});
