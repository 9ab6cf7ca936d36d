import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { isAlive } from '../../../src/engine/processRss.ts';
import { ChildProgram, findProgram, ProgramError } from '../../../src/runtime/programs.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

const run = (script: string, options = {}) => ChildProgram.start(process.execPath, ['-e', script], options);
const isPosix = process.platform !== 'win32';

describe('programs', () => {
	let folder: TemporaryFolder;
	const kept = { ...process.env };

	beforeEach(() => {
		folder = temporaryFolder('programs');
		for (const name of ['MEMORY_MANAGER_FFMPEG', 'MEMORY_MANAGER_FFPROBE']) delete process.env[name];
	});

	afterEach(async () => {
		process.env = { ...kept };
		await folder.remove();
	});

	async function program(name: string): Promise<string> {
		const path = join(folder.path, isPosix ? name : `${name}.exe`);
		await writeFile(path, '#!/bin/sh\n');
		await chmod(path, 0o755);
		return path;
	}

	it('finds a program by the option, else by the environment, else on PATH', async () => {
		const [onPath, named, chosen] = [await program('ffmpeg'), await program('named'), await program('chosen')];
		process.env.PATH = ['', '.', folder.path].join(delimiter);
		assert.equal(findProgram('ffmpeg'), onPath);
		process.env.MEMORY_MANAGER_FFMPEG = named;
		assert.equal(findProgram('ffmpeg'), named);
		assert.equal(findProgram('ffmpeg', chosen), chosen);
		assert.equal(findProgram('ffmpeg', 'chosen'), chosen);
	});

	it('says in one sentence how to get a program that is missing', async () => {
		await mkdir(join(folder.path, 'ffprobe'));
		process.env.PATH = folder.path;
		const missing = (words: RegExp) => (error: unknown) => {
			assert.match(String(error), words);
			return (error as { code?: string }).code === 'missingProgram';
		};
		assert.throws(
			() => findProgram('ffprobe'),
			missing(/apt install ffmpeg.*brew install.*winget install.*MEMORY_MANAGER_FFPROBE/),
		);
		assert.throws(
			() => findProgram('ffprobe', '/nowhere/ffprobe'),
			missing(/"\/nowhere\/ffprobe", which the option "ffprobe" names/),
		);
		process.env.MEMORY_MANAGER_FFPROBE = './none';
		assert.throws(() => findProgram('ffprobe'), missing(/"\.\/none", which MEMORY_MANAGER_FFPROBE names/));
		assert.throws(() => findProgram('ffprobe', ''), /"ffprobe" must be the path of a program/);
	});

	it('takes output no faster than it is asked for, all of it', async () => {
		const bytes = 40 * 1024 * 1024;
		await using child = run(
			`const b = Buffer.alloc(1 << 20); let n = 0; let waits = 0;
			const go = () => { while (n < ${bytes}) { n += b.length; if (!process.stdout.write(b)) { waits++; return process.stdout.once('drain', go); } } };
			go(); process.on('exit', () => { process.exitCode = waits > 1 ? 0 : 9; });`,
		);
		let got = 0;
		for await (const chunk of child.output()) {
			assert.ok(chunk.length <= 64 * 1024);
			got += chunk.length;
		}
		assert.equal(got, bytes);
		const { peakRssBytes } = await child.done;
		if (process.platform === 'linux') assert.ok((peakRssBytes ?? 0) > 20 * 1024 * 1024, `${peakRssBytes}`);
	});

	it('writes with back-pressure: bytes may be changed when they were taken', async () => {
		await using child = run(
			`let sum = 0; let n = 0; process.stdin.on('data', c => { n += c.length; for (let i = 0; i < c.length; i += 65536) sum += c[i] ? 1 : 0; });
			process.stdin.on('end', () => console.log(n));`,
			{ writes: true },
		);
		const bytes = Buffer.alloc(1024 * 1024);
		for (let i = 0; i < 20; i++) await child.write(bytes.fill(i));
		child.endInput();
		const out: Buffer[] = [];
		for await (const chunk of child.output()) out.push(chunk);
		assert.equal(Buffer.concat(out).toString().trim(), String(20 * bytes.length));
		await assert.rejects(child.write(bytes), /was disposed/);
	});

	it('tells how a program failed, with the tail of what it said', async () => {
		const child = run(`console.error('x'.repeat(20000)); console.error('no such codec\\n'); process.exitCode = 3`);
		await assert.rejects(
			async () => {
				for await (const _ of child.output());
			},
			(error: unknown) => {
				assert.ok(error instanceof ProgramError);
				assert.equal(error.code, 'programFailed');
				assert.match(error.message, /^node ended with code 3: no such codec$/);
				assert.equal(error.exitCode, 3);
				assert.equal(error.stderr.length, 8 * 1024);
				return true;
			},
		);
		await assert.rejects(child.done, ProgramError);
		await assert.rejects(run(`process.kill(process.pid, 'SIGKILL')`, { reads: false }).done, /SIGKILL|code 1/);
		await assert.rejects(ChildProgram.start(join(folder.path, 'none'), []).done, { code: 'programFailed' });
	});

	it('fails a write when the program has gone', async () => {
		const child = run('process.exit(4)', { writes: true, reads: false });
		const bytes = Buffer.alloc(1024 * 1024);
		await assert.rejects(
			async () => {
				for (;;) await child.write(bytes);
			},
			{ code: 'programFailed', exitCode: 4 },
		);
	});

	it('ends by the signal, with its reason; one that does not listen is killed', async () => {
		const controller = new AbortController();
		const child = run(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('here')`, {
			signal: controller.signal,
		});
		const reading = (async () => {
			for await (const _ of child.output()) controller.abort(new Error('enough'));
		})();
		await assert.rejects(reading, /enough/);
		await assert.rejects(child.done, /enough/);
		assert.ok(child.pid !== undefined && !isAlive(child.pid));
		assert.throws(() => run('', { signal: controller.signal }), /enough/);
	});

	it('stops a program whose output nobody reads on', async function () {
		if (!isPosix) this.skip();
		const child = run(`const b = Buffer.alloc(65536); const go = () => process.stdout.write(b, go); go()`);
		for await (const _ of child.output()) break;
		assert.ok(child.pid !== undefined && !isAlive(child.pid));
	});

	it('leaves no program behind when this process exits', async function () {
		if (!isPosix) this.skip();
		const module = new URL('../../../src/runtime/programs.ts', import.meta.url).href;
		const parent = spawn(process.execPath, [
			'--input-type=module',
			'-e',
			`import { ChildProgram } from ${JSON.stringify(module)};
			const child = ChildProgram.start(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']);
			process.stdout.write(String(child.pid), () => process.exit());`,
		]);
		const [text] = (await once(parent.stdout, 'data')) as [Buffer];
		await once(parent, 'close');
		await waitFor(() => !isAlive(Number(text)), { what: 'the end of the program' });
	});
});
