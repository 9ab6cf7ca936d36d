import assert from 'node:assert/strict';
import { type Calls, type Channel, type Handlers, Messenger } from '../../../src/protocol/messenger.ts';

type Left = { double: [number, number]; fail: [undefined, void] };
type Right = { hello: [string, void] };

/** Two ends of a wire; what is posted arrives as a structured clone, later, as between real windows. */
function wire(): { left: Channel; right: Channel; posted: unknown[] } {
	const listeners: Record<'left' | 'right', Set<(message: unknown) => void>> = { left: new Set(), right: new Set() };
	const posted: unknown[] = [];
	const end = (own: 'left' | 'right', other: 'left' | 'right'): Channel => ({
		post: message => {
			posted.push(message);
			const clone: unknown = structuredClone(message);
			queueMicrotask(() => {
				for (const listener of listeners[other]) listener(clone);
			});
		},
		listen: listener => {
			listeners[own].add(listener);
			return () => listeners[own].delete(listener);
		},
	});
	return { left: end('left', 'right'), right: end('right', 'left'), posted };
}

const leftHandlers: Handlers<Left> = {
	double: n => n * 2,
	fail: () => {
		throw new Error('It would not.');
	},
};

function pair(hello: (text: string) => void = () => {}) {
	const { left, right, posted } = wire();
	const host = new Messenger<Right, Left>(left, leftHandlers);
	const view = new Messenger<Left, Right>(right, { hello });
	return { host, view, right, posted };
}

describe('Messenger', () => {
	it('answers calls with their results', async () => {
		const { view } = pair();
		assert.deepEqual(await Promise.all([view.call('double', 2), view.call('double', 21)]), [4, 42]);
	});

	it('rejects with the error of the other side', async () => {
		await assert.rejects(pair().view.call('fail', undefined), { message: 'It would not.' });
	});

	it('notifies without an answer', async () => {
		const heard = Promise.withResolvers<string>();
		const { host, posted } = pair(heard.resolve);
		host.notify('hello', 'you');
		assert.equal(await heard.promise, 'you');
		assert.deepEqual(posted, [{ type: 'notify', name: 'hello', argument: 'you' }]);
	});

	it('refuses names that it does not handle, inherited ones too', async () => {
		const { left, right } = wire();
		new Messenger<Right, Left>(left, leftHandlers);
		const view = new Messenger<Calls, Right>(right, { hello: () => {} });
		await assert.rejects(view.call('toString', undefined), { message: 'Unknown message "toString".' });
	});

	it('rejects what is pending when it is closed, and what is asked after that', async () => {
		const { right } = wire();
		const alone = new Messenger<Left, Right>(right, { hello: () => {} });
		const pending = alone.call('double', 1);
		alone.close();
		alone.close();
		await assert.rejects(pending, { message: 'The connection was closed.' });
		await assert.rejects(alone.call('double', 1), { message: 'The connection is closed.' });
	});

	it('ignores messages that are none', async () => {
		const { view, host } = pair();
		const { left, right } = wire();
		const other = new Messenger<Left, Right>(right, { hello: () => {} });
		for (const noise of [null, 'x', 1, [], {}, { type: 'result', id: 99 }, { type: 'call', name: 7 }]) left.post(noise);
		const answered = other.call('double', 1);
		left.post({ type: 'result', id: 1, result: 2 });
		assert.equal(await answered, 2);
		host.close();
		view.close();
	});
});
