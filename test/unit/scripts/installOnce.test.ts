import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnce, isInstalled, partialOwner } from '../../../scripts/installOnce.ts';

describe('installOnce', () => {
	let parent = '';
	let calls = 0;
	let lines: string[] = [];

	beforeEach(async () => {
		parent = await mkdtemp(join(tmpdir(), 'memory-manager-install-'));
		calls = 0;
		lines = [];
	});
	afterEach(() => rm(parent, { recursive: true, force: true }));

	it('installs one version once and another one over it', async () => {
		await installOnce(installation('1'));
		await installOnce(installation('1'));
		assert.equal(calls, 1);
		assert.match(lines.join('\n'), /^Installing a tool \(nothing to download\) into .*\nInstalled a tool in \d+ s$/);
		await installOnce(installation('2'));
		assert.equal(await readFile(join(parent, 'tool', 'file'), 'utf8'), '2');
		assert.deepEqual(await readdir(parent), ['tool']);
	});

	it('leaves nothing behind when it fails, and works the next time', async () => {
		const failing = { ...installation('1'), install: () => Promise.reject(new Error('no network')) };
		await assert.rejects(installOnce(failing), /no network/);
		assert.deepEqual(await readdir(parent), []);
		await installOnce(installation('1'));
		assert.ok(isInstalled(installation('1')));
	});

	it('removes what a killed process left, and installs over a folder without a marker', async () => {
		// Above the largest process id of any system.
		await mkdir(join(parent, 'tool.1073741824.partial'));
		await mkdir(join(parent, 'tool'));
		await installOnce(installation('1'));
		assert.deepEqual(await readdir(parent), ['tool']);
		assert.equal(calls, 1);
	});

	it('takes only its own unfinished folders for such', () => {
		assert.equal(partialOwner('tool.12.partial', 'tool'), 12);
		for (const other of ['tool', 'tool.12', 'tools.12.partial', 'tool.x.partial', 'tool.-1.partial', 'tool..partial']) {
			assert.equal(partialOwner(other, 'tool'), undefined, other);
		}
	});

	function installation(version: string) {
		return {
			name: 'a tool',
			version,
			size: 'nothing to download',
			folder: join(parent, 'tool'),
			log: (line: string) => lines.push(line),
			async install(folder: string) {
				calls++;
				await writeFile(join(folder, 'file'), version);
			},
		};
	}
});
