import assert from 'node:assert/strict';
import { serverUrl } from '../../../scripts/serverUrl.ts';

describe('serverUrl', () => {
	const address = { port: 4321, token: 'abc' };

	it('gives a window that the server decodes to what was asked', () => {
		const url = new URL(
			serverUrl(address, { folder: '/a folder/ü&b', extensionPath: '/extension', testsPath: '/t.cjs' }),
		);
		assert.equal(url.origin, 'http://127.0.0.1:4321');
		assert.equal(url.searchParams.get('tkn'), 'abc');
		assert.equal(url.searchParams.get('folder'), '/a folder/ü&b');
		assert.deepEqual(JSON.parse(url.searchParams.get('payload') ?? ''), [
			['extensionDevelopmentPath', 'vscode-remote://127.0.0.1:4321/extension'],
			['extensionTestsPath', 'vscode-remote://127.0.0.1:4321/t.cjs'],
			['skipWelcome', 'true'],
		]);
	});

	it('names no tests for a window that a user works in', () => {
		const url = serverUrl(address, { folder: '/f', extensionPath: '/e' });
		assert.ok(!url.includes('extensionTestsPath'));
	});

	it('encodes a space as %20, since the workbench does not read + as one', () => {
		assert.match(serverUrl(address, { folder: '/a b', extensionPath: '/e' }), /folder=%2Fa%20b/);
	});

	it('turns a Windows path into the path of a URI', () => {
		const url = new URL(serverUrl(address, { folder: 'C:\\data', extensionPath: 'C:\\extension' }));
		assert.equal(url.searchParams.get('folder'), '/C:/data');
	});
});
