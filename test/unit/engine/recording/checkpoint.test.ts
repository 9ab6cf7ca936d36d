import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionModel } from '../../../../src/analysis/sessionModel.ts';
import { checkpointEnd, checkpointLines } from '../../../../src/engine/recording/checkpointLines.ts';
import { CheckpointReader } from '../../../../src/engine/recording/checkpointReader.ts';
import { readRecording } from '../../../../src/engine/recordingFile.ts';
import { CHECKPOINT_END, CHECKPOINT_LINE } from '../../../../src/protocol/checkpoint.ts';
import { isRecord } from '../../../../src/protocol/guards.ts';
import type { SessionSnapshot } from '../../../../src/protocol/snapshot.ts';
import { writeGenerated } from '../../../support/generatedRecording.ts';
import { sampleEntries, sampleHeader } from '../../../support/sampleSession.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

/** Long enough for a checkpoint in between and one at the end. */
const LONG = { hours: 0.3, processes: 3, functions: 60 };

describe('A recording with checkpoints', function () {
	// Tens of megabytes, read several times.
	this.timeout(60_000);
	let folder: TemporaryFolder;
	let path: string;
	let model: SessionModel;
	let text: string;
	before(async () => {
		folder = temporaryFolder('checkpoints');
		path = join(folder.path, 'long.memrec');
		({ model } = await writeGenerated(path, LONG));
		text = readFileSync(path, 'utf8');
	});
	after(() => folder.remove());
	const changed = (name: string, content: string): string => {
		const at = join(folder.path, name);
		writeFileSync(at, content);
		return at;
	};
	const same = (read: SessionModel) => assert.deepEqual(read.snapshot(), model.snapshot());

	it('opens from the last one with the model of the whole file, and says what it passed over', async () => {
		const opened = await readRecording(path);
		assert.ok(opened.skippedBytes > text.length / 2);
		same(opened.model);
		const whole = await readRecording(path, { whole: true });
		assert.deepEqual([whole.skippedBytes, whole.damagedLines, whole.unknownEntries], [0, 0, 0]);
		same(whole.model);
	});

	it('spends no more than a fifth of a long file on them, in lines of bounded length', () => {
		const lines = text.split('\n').filter(line => line.startsWith(CHECKPOINT_LINE));
		assert.ok(lines.filter(line => line.startsWith(CHECKPOINT_END)).length >= 2);
		assert.ok(lines.every(line => line.length < 1 << 20));
	});

	it('goes on from one with the entries behind it, also those between its lines', async () => {
		const lines = text.trimEnd().split('\n');
		const first = lines.findIndex(line => line.startsWith(CHECKPOINT_END));
		const entries = lines.slice(first).filter(line => !line.startsWith(CHECKPOINT_LINE));
		assert.ok(entries.length > 1_000);
		const begun = lines.findLastIndex(line => line.startsWith(`${CHECKPOINT_LINE}"part":0,`));
		// The writer was killed before the last one was complete.
		const killed = changed('killed.memrec', `${lines.slice(0, begun + 3).join('\n')}\n{"type":"sam`);
		const opened = await readRecording(killed);
		assert.equal(opened.cutLastLine, true);
		assert.ok(opened.skippedBytes > 0);
		same(opened.model);
	});

	it('reads from the one before where the last is damaged, and all where none is sound', async () => {
		const lines = text.trimEnd().split('\n');
		const part = lines.findLastIndex(line => line.startsWith(CHECKPOINT_LINE) && line.includes('"field":"series"'));
		const before = await readRecording(path);
		const last = await readRecording(
			changed('last.memrec', lines.with(part, (lines[part] ?? '').replace('[', '[-')).join('\n')),
		);
		assert.ok(last.skippedBytes > 0 && last.skippedBytes < before.skippedBytes);
		same(last.model);
		const none = lines.map(line => (line.startsWith(CHECKPOINT_END) ? line : line.replace('"part":1,', '"part":2,')));
		const all = await readRecording(changed('none.memrec', none.join('\n')));
		assert.equal(all.skippedBytes, 0);
		same(all.model);
	});

	it('is read whole where its last line points into nothing', async () => {
		for (const from of [0, text.length - 10, 1e300]) {
			const at = changed('astray.memrec', text.replaceAll(/("parts":\d+,"from":)\d+/g, `$1${from}`));
			const opened = await readRecording(at);
			assert.equal(opened.skippedBytes, 0);
			same(opened.model);
		}
	});

	it('counts damage behind the checkpoint, as before', async () => {
		const at = changed('damaged.memrec', text);
		appendFileSync(at, 'no JSON\n{"type":"heatMap"}\n{"type":"notice","t":9e9,"severity":"info","message":"later"}\n');
		const opened = await readRecording(at);
		assert.deepEqual([opened.damagedLines, opened.unknownEntries, opened.model.now], [1, 1, 9e9]);
		truncateSync(at, text.length - 30);
		same((await readRecording(at)).model);
	});
});

describe('A checkpoint', () => {
	const model = new SessionModel(sampleHeader);
	for (const entry of sampleEntries(6_000, 'exit')) {
		model.apply(entry);
		if (entry.t < 2_000) model.apply({ ...entry, process: 7 });
	}
	const lines = (): unknown[] => {
		const made = [...checkpointLines(model.snapshot())].map(line => JSON.parse(line) as unknown);
		return [...made, JSON.parse(checkpointEnd(made.length, 1))];
	};
	const read = (from: readonly unknown[]): SessionSnapshot | boolean => {
		const reader = new CheckpointReader(sampleHeader);
		let result: SessionSnapshot | boolean = true;
		for (const line of from) {
			result = reader.add(line);
			if (result !== true) break;
		}
		return result;
	};

	it('gives the snapshot back, of every process and kind of entry', () => {
		assert.deepEqual(read(lines()), model.snapshot());
	});

	it('is refused whichever of its lines is missing, doubled or another', () => {
		const all = lines();
		for (let i = 0; i < all.length; i++) {
			if (i < all.length - 1) assert.equal(read(all.toSpliced(i, 1)), false, `without line ${i}`);
			assert.equal(
				read(all.with(i, { type: 'checkpoint', part: i, process: 1, field: 'constructor', items: [1] })),
				false,
			);
			for (const odd of [null, 7, 'x', [], {}, { ...(all[i] as object), part: -1, parts: -1 }])
				assert.equal(read(all.with(i, odd)), false);
		}
	});

	it('never makes a model of what is not sound, whatever value is wrong', () => {
		const all = lines();
		const later = sampleEntries(300, undefined);
		let refused = 0;
		for (const [i, line] of all.entries()) {
			for (const [path, wrong] of spoiled(line)) {
				const result = read(all.with(i, wrong));
				if (result === false) {
					refused++;
					continue;
				}
				// What the guards let through must not hurt: a text for a text, an unknown field.
				assert.ok(isRecord(result), `${i} ${path}`);
				const late = SessionModel.fromSnapshot(structuredClone(result as unknown as SessionSnapshot));
				for (const entry of later) late.apply(entry);
				late.snapshot();
			}
		}
		assert.ok(refused > 300, `${refused} refused`);
	}).timeout(60_000);
});

/** The value with one thing in it made wrong; of long lists the first few. */
function* spoiled(value: unknown, path = ''): Generator<[string, unknown]> {
	if (Array.isArray(value)) {
		for (let i = 0; i < Math.min(2, value.length); i++)
			for (const [at, wrong] of spoiled(value[i], `${path}/${i}`)) yield [at, value.with(i, wrong)];
		if (value.length > 0) yield [`${path}/-`, value.slice(1)];
	} else if (isRecord(value)) {
		for (const [key, inner] of Object.entries(value))
			for (const [at, wrong] of spoiled(inner, `${path}/${key}`)) yield [at, { ...value, [key]: wrong }];
	}
	if (path === '' || path === '/type') return;
	for (const wrong of [null, {}, -1.5]) if (wrong !== value) yield [path, wrong];
}
