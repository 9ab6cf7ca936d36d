import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../scripts/paths.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const run = promisify(execFile);
const child = join(projectRoot, 'test', 'fixtures', 'formats', 'organizerChild.mjs');
const runtime = join(projectRoot, 'dist', 'runtime', 'media.cjs');
/** Kills in each of the tests; `ORGANIZER_KILLS` asks for more of them. */
const KILLS = Number(process.env.ORGANIZER_KILLS ?? 5);
const OTHER_DEVICE = '/dev/shm';

interface Answer {
	changes: number;
	resumed: boolean;
	totals: { outcomes: Record<string, number> };
	files: { source: string; outcome: string; target?: string; reason?: string }[];
}

interface Run {
	sources: string;
	target: string;
	mode: 'copy' | 'move';
}

/** `undefined` when it was killed. */
async function organize({ sources, target, mode }: Run, killAt = -1, dryRun = false): Promise<Answer | undefined> {
	const options = { target, mode, layout: '{type}/{name}{ext}', concurrency: 3 };
	try {
		const { stdout } = await run(process.execPath, [
			child,
			JSON.stringify({ runtime, options, sources, killAt, dryRun }),
		]);
		return JSON.parse(stdout) as Answer;
	} catch (error) {
		if ((error as { signal?: string }).signal === 'SIGKILL') return undefined;
		throw error;
	}
}

/** A picture as far as its first bytes say, of a content that is known by its number. */
const picture = (number: number): Buffer =>
	Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20', 'latin1'),
		Buffer.alloc(3_000 + (number % 5), number),
	]);

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** By path, without the organiser's own folder. */
async function contents(folder: string): Promise<Map<string, string>> {
	const found = new Map<string, string>();
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
		const path = join(entry.parentPath, entry.name);
		if (entry.isFile() && !path.includes('.media-organizer')) found.set(path, digest(await readFile(path)));
	}
	return found;
}

/** Names that collide, contents that are there twice, and a file in the target that has one of the names. */
async function collection(sources: string, target: string): Promise<Set<string>> {
	const all = new Set<string>();
	for (const folder of ['one', 'two', 'three/deep']) {
		await mkdir(join(sources, folder), { recursive: true });
		for (let i = 0; i < 6; i++) {
			const bytes = picture(folder === 'two' && i < 2 ? i : all.size);
			all.add(digest(bytes));
			await writeFile(join(sources, folder, `${i % 2 ? 'IMG' : 'img'}_${i}.png`), bytes);
		}
	}
	await mkdir(join(target, 'image'), { recursive: true });
	await writeFile(join(target, 'image', 'IMG_3.png'), 'somebody’s own');
	all.add(digest(await readFile(join(target, 'image', 'IMG_3.png'))));
	return all;
}

/** Always the same numbers. */
function* numbers(seed: number): Generator<number, never> {
	for (let state = seed; ; ) {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		yield state >>> 8;
	}
}

describe('MediaOrganizer, killed', () => {
	const folders: { remove(): Promise<unknown> }[] = [];
	afterEach(async () => {
		for (const { remove } of folders.splice(0)) await remove();
	});

	async function prepare(mode: Run['mode'], otherDevice = false): Promise<Run & { all: Set<string> }> {
		const temporary = temporaryFolder('organizer');
		folders.push(temporary);
		const sources = join(temporary.path, 'sources');
		let target = join(temporary.path, 'target');
		if (otherDevice) {
			target = await mkdtemp(join(OTHER_DEVICE, 'memory-manager-organizer-'));
			folders.push({ remove: () => rm(target, { recursive: true, force: true }) });
		}
		return { sources, target, mode, all: await collection(sources, target) };
	}

	async function killed(files: Run & { all: Set<string> }, seed: number): Promise<void> {
		const { sources, target, mode, all } = files;
		const before = await contents(sources);
		const whole = await organize(files, -1, true);
		assert.ok(whole, 'the plan');
		const random = numbers(seed);
		let kills = 0;
		for (; kills < KILLS; kills++) {
			// Early ones that leave much to do: later ones meet what is left.
			const answer = await organize(files, 2 + (random.next().value % 60));
			const there = await contents(target);
			for (const [path, hash] of there) assert.ok(all.has(hash), `${path} is whole`);
			const now = await contents(sources);
			const kept = new Set([...now.values(), ...there.values()]);
			for (const hash of all) assert.ok(kept.has(hash), 'nothing is lost');
			if (mode === 'copy') assert.deepEqual(now, before);
			if (answer) break;
		}
		assert.ok(kills > 0, 'it was killed');
		await organize(files);
		const there = await contents(target);
		assert.deepEqual(new Set(there.values()), all);
		assert.equal(there.size, all.size, 'each content once');
		assert.equal(there.get(join(target, 'image', 'IMG_3.png')), digest(Buffer.from('somebody’s own')));
		const planned = whole.files.filter(({ outcome }) => outcome === 'planned').map(file => file.target);
		for (const path of planned) assert.ok(there.has(path ?? ''), `${path} as planned`);
		if (mode === 'copy') assert.deepEqual(await contents(sources), before);
		else assert.equal((await contents(sources)).size, 2, 'duplicates stay');
		assert.deepEqual(await readdir(join(target, '.media-organizer', 'parts')), []);
	}

	for (const mode of ['copy', 'move'] as const) {
		it(`${mode}: loses, replaces and halves no file`, async function () {
			this.timeout(30_000 + KILLS * 3_000);
			await killed(await prepare(mode), mode.length + KILLS);
		});
	}

	it('move to another device: loses, replaces and halves no file', async function () {
		this.timeout(30_000 + KILLS * 3_000);
		const files = await prepare('move');
		const other = await stat(OTHER_DEVICE).catch(() => undefined);
		if (!other || other.dev === (await stat(files.sources)).dev) {
			console.log(`      skipped: ${OTHER_DEVICE} is no second device here`);
			this.skip();
		}
		await killed(await prepare('move', true), 77);
	});
});
