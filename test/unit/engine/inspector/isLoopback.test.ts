import assert from 'node:assert/strict';
import { isLoopback } from '../../../../src/engine/attachSession.ts';

describe('isLoopback', () => {
	for (const address of [
		'127.0.0.1:9229',
		'localhost:1',
		'[::1]:9229',
		'9229',
		'ws://127.0.0.1:80/x',
		'ws://localhost/x',
	])
		it(`knows ${address}`, () => assert.equal(isLoopback(address), true));
	for (const address of ['localhost.example.com:9229', '127.example.org:1', '10.0.0.1:9229', 'ws://10.0.0.1/127.0.0.1'])
		it(`does not take ${address} for this machine`, () => assert.equal(isLoopback(address), false));
});
