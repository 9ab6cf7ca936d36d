import assert from 'node:assert/strict';
import { findChromium, type Machine } from '../../../scripts/chromium.ts';

describe('findChromium', () => {
	it('takes CHROME_PATH before anything else', () => {
		assert.equal(findChromium(machine({ env: { CHROME_PATH: '/my/chrome' }, programs: ['/my/chrome'] })), '/my/chrome');
	});

	it('refuses a CHROME_PATH that is no program instead of taking another browser', () => {
		assert.throws(
			() => findChromium(machine({ env: { CHROME_PATH: '/gone' }, onPath: '/usr/bin/chromium' })),
			/\/gone/,
		);
	});

	it('finds a browser on PATH', () => {
		assert.equal(findChromium(machine({ onPath: '/usr/bin/chromium' })), '/usr/bin/chromium');
	});

	it('finds the applications of macOS and the programs of Windows', () => {
		const edge = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
		assert.equal(findChromium(machine({ platform: 'darwin', programs: [edge] })), edge);
		const chrome = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
		const env = { PROGRAMFILES: 'C:\\Program Files' };
		assert.equal(findChromium(machine({ platform: 'win32', env, programs: [chrome] })), chrome);
	});

	it('finds nothing where there is nothing', () => {
		for (const platform of ['linux', 'darwin', 'win32'] as const)
			assert.equal(findChromium(machine({ platform })), undefined);
	});
});

interface Parts {
	readonly platform?: NodeJS.Platform;
	readonly env?: NodeJS.ProcessEnv;
	readonly programs?: readonly string[];
	readonly onPath?: string;
}

function machine({ platform = 'linux', env = {}, programs = [], onPath }: Parts): Machine {
	return { platform, env, isExecutable: file => programs.includes(file), findOnPath: () => onPath };
}
