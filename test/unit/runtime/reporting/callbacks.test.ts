import assert from 'node:assert/strict';
import { Callbacks } from '../../../../src/runtime/reporting/callbacks.ts';
import { onWarning, type RuntimeWarning } from '../../../../src/runtime/reporting/warnings.ts';

describe('Callbacks', () => {
	let warnings: RuntimeWarning[];
	let end: () => void;
	beforeEach(() => {
		warnings = [];
		end = onWarning(warning => warnings.push(warning));
	});
	afterEach(() => end());

	it('tells all, in order, until each is ended', () => {
		const seen: string[] = [];
		const callbacks = new Callbacks<[string]>('callback');
		const endFirst = callbacks.add(text => seen.push(`1${text}`));
		callbacks.add(text => seen.push(`2${text}`));
		callbacks.tell('a');
		endFirst();
		endFirst();
		callbacks.tell('b');
		callbacks.clear();
		callbacks.tell('c');
		assert.deepEqual(seen, ['1a', '2a', '2b']);
	});

	it('reports one that throws, and one that rejects, and goes on', async () => {
		const callbacks = new Callbacks<[]>('callback for tests');
		let told = 0;
		const cause = new Error('broken');
		callbacks.add(() => {
			throw cause;
		});
		callbacks.add(async () => {
			throw 'late';
		});
		callbacks.add(() => told++);
		callbacks.tell();
		await new Promise(setImmediate);
		assert.equal(told, 1);
		assert.deepEqual(warnings, [
			{ message: 'A callback for tests failed: broken', cause },
			{ message: 'A callback for tests failed: late', cause: 'late' },
		]);
	});

	it('goes on whatever is thrown', async () => {
		const callbacks = new Callbacks<[]>('callback for tests');
		let told = 0;
		callbacks.add(() => {
			throw Object.create(null);
		});
		callbacks.add(() => Promise.reject(Object.create(null)));
		callbacks.add(() => told++);
		callbacks.tell();
		await new Promise(setImmediate);
		assert.equal(told, 1);
		assert.deepEqual(
			warnings.map(({ message }) => message),
			Array.from({ length: 2 }, () => 'A callback for tests failed: [object]'),
		);
	});

	it('refuses what cannot be called', () => {
		const callbacks = new Callbacks<[]>('callback for tests');
		assert.throws(() => callbacks.add(undefined as never), { code: 'invalidOption' });
	});
});
