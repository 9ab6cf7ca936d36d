import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installRuntime, withDependency } from '../../../../src/extension/runtimePackage/installRuntime.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

const SPEC = 'file:vendor/memory-manager-runtime';

describe('withDependency', () => {
	it('leaves indentation, order and line ends as they were', () => {
		const text = '{\r\n  "name": "x",\r\n  "dependencies": {\r\n    "zod": "1"\r\n  },\r\n  "type": "module"\r\n}\r\n';
		assert.equal(
			withDependency(text, 'package.json'),
			`{\r\n  "name": "x",\r\n  "dependencies": {\r\n    "memory-manager-runtime": "${SPEC}",\r\n    "zod": "1"\r\n  },\r\n  "type": "module"\r\n}\r\n`,
		);
	});

	it('changes nothing the second time', () => {
		const once = withDependency('{"name":"x"}', 'package.json');
		assert.equal(withDependency(once, 'package.json'), once);
	});

	it('refuses what is not a package.json', () => {
		for (const text of ['', '[]', '{', '{"dependencies": []}']) {
			assert.throws(() => withDependency(text, 'package.json'), { code: 'brokenPackageJson' });
		}
	});
});

describe('installRuntime', () => {
	let temporary: TemporaryFolder;
	beforeEach(() => {
		temporary = temporaryFolder('runtime');
	});
	afterEach(() => temporary.remove());

	async function createRuntime(): Promise<string> {
		const runtime = join(temporary.path, 'runtime');
		await mkdir(join(runtime, 'lookup'), { recursive: true });
		await writeFile(
			join(runtime, 'package.json'),
			'{"name":"memory-manager-runtime","version":"0.1.0","main":"./index.cjs"}',
		);
		await writeFile(join(runtime, 'index.cjs'), 'exports.region = (name, fn) => fn();');
		await writeFile(join(runtime, 'preload.cjs'), '');
		await writeFile(join(runtime, 'preloadGuest.cjs'), '');
		await writeFile(join(runtime, 'lookup', 'x'), '');
		return runtime;
	}

	it('puts a copy into the project that scripts find at once', async () => {
		const runtime = await createRuntime();
		const project = join(temporary.path, 'project');
		await mkdir(project);
		await writeFile(join(project, 'package.json'), '{"name":"x"}\n');
		for (const _ of ['first', 'again']) await installRuntime(join(project, 'package.json'), runtime);
		const { dependencies } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
		assert.deepEqual(dependencies, { 'memory-manager-runtime': SPEC });
		for (const name of ['preload.cjs', 'preloadGuest.cjs'])
			assert.ok(!existsSync(join(project, 'vendor', 'memory-manager-runtime', name)));
		assert.ok(!existsSync(join(project, 'vendor', 'memory-manager-runtime', 'lookup')));
		const script = "console.log(require('memory-manager-runtime').region('x', () => 42))";
		const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: project });
		assert.equal(stdout.trim(), '42');
	});

	it('changes nothing when the project is broken or the extension incomplete', async () => {
		const runtime = await createRuntime();
		const packageJson = join(temporary.path, 'package.json');
		await writeFile(packageJson, '{');
		await assert.rejects(installRuntime(packageJson, runtime), { code: 'brokenPackageJson' });
		await assert.rejects(installRuntime(packageJson, join(temporary.path, 'none')), { code: 'runtimeMissing' });
		assert.ok(!existsSync(join(temporary.path, 'vendor')));
	});
});
