import assert from 'node:assert/strict';
import { waitFor } from '../../support/waitFor.ts';

describe('waitFor', () => {
	it('gives the first truthy answer', async () => {
		let polls = 0;
		assert.equal(await waitFor(() => (++polls < 3 ? undefined : `poll ${polls}`)), 'poll 3');
	});

	it('names what did not happen and keeps the last error as the cause', async () => {
		const failing = waitFor(() => Promise.reject(new Error('not yet')), { deadlineMs: 1, what: 'the moon' });
		await assert.rejects(failing, (error: Error) => {
			assert.match(error.message, /^the moon did not come true within 1 ms$/);
			return error.cause instanceof Error && error.cause.message === 'not yet';
		});
	});
});
