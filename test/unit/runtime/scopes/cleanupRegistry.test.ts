import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { monotonicMs } from '../../../../src/runtime/reporting/clock.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { registered, registerForCleanup } from '../../../../src/runtime/scopes/cleanupRegistry.ts';
import { memoryManagement } from '../../../../src/runtime/scopes/memoryManagement.ts';

describe('registerForCleanup', () => {
	it('calls the first of the methods an object has, in a stated order', () => {
		const methods: [string | symbol, number][] = [
			['dispose', 5],
			[Symbol.dispose, 4],
			[Symbol.asyncDispose, 3],
			['cleanup', 2],
			['close', 1],
		];
		for (const [first, count] of methods) {
			const called: (string | symbol)[] = [];
			const own = methods.slice(-count).map(([key]) => [key, () => void called.push(key)]);
			const object: object = Object.fromEntries(own);
			memoryManagement(() => registerForCleanup(object));
			assert.deepEqual(called, [first]);
		}
	});

	it('calls the method on its object, and a function with the object', () => {
		class Table {
			rows = 3;
			close() {
				this.rows = 0;
			}
		}
		const [one, two] = [new Table(), new Table()];
		memoryManagement(() => {
			registerForCleanup(one);
			registerForCleanup(two, table => {
				table.rows = -1;
			});
		});
		assert.deepEqual([one.rows, two.rows], [0, -1]);
	});

	it('refuses what cannot be cleaned', () => {
		const before = [...registered()].length;
		const invalid = { name: 'MemoryManagerError', code: 'invalidInput' };
		for (const wrong of [5, 'text', null, undefined, 12n]) {
			assert.throws(() => registerForCleanup(wrong as never, () => {}), invalid);
		}
		assert.throws(
			() => registerForCleanup(new Map()),
			(error: Error) =>
				/Map has none of dispose\(\), \[Symbol\.dispose\]\(\), \[Symbol\.asyncDispose\]\(\), cleanup\(\) and close\(\)/.test(
					error.message,
				),
		);
		assert.equal([...registered()].length, before);
	});

	it('refuses wrong options by name', () => {
		const object = { close() {} };
		const cases: [unknown[], RegExp][] = [
			[['close'], /"cleanup" must be a function/],
			[[undefined, 5], /"options" must be an object/],
			[[{ name: '' }], /"name" must be a text/],
			[[{ bytesOf: 12 }], /"bytesOf" must be a function/],
		];
		for (const [rest, message] of cases) {
			const call = () => (registerForCleanup as (...all: unknown[]) => void)(object, ...rest);
			assert.throws(call, { code: 'invalidOption', message });
		}
	});

	it('takes a registration back', () => {
		let closed = 0;
		const { freed } = memoryManagement(() => {
			const unregister = registerForCleanup({ close: () => closed++ });
			unregister();
			unregister();
		});
		assert.deepEqual([closed, freed.owners], [0, []]);
	});

	it('names the registered objects that were not cleaned, where and since when', () => {
		const object = { close() {} };
		const before = monotonicMs();
		const unregister = registerForCleanup(object, { name: 'kept by the test' });
		const found = [...registered()].find(one => one.name === 'kept by the test');
		assert.equal(found?.site?.file, fileURLToPath(import.meta.url));
		assert.equal(found.alive, true);
		assert.equal(found.scope, undefined);
		assert.ok(found.registeredAtMs >= before && found.registeredAtMs <= monotonicMs());
		memoryManagement(
			() => {
				registerForCleanup(object, { name: 'in a scope' });
				assert.equal([...registered()].find(one => one.name === 'in a scope')?.scope, 'load');
			},
			{ name: 'load' },
		);
		unregister();
		assert.deepEqual(
			[...registered()].filter(one => ['kept by the test', 'in a scope'].includes(one.name)),
			[],
		);
	});

	it('warns about bytes that are none and cleans nevertheless', () => {
		const warnings: string[] = [];
		const stop = onWarning(({ message }) => warnings.push(message));
		try {
			const { freed } = memoryManagement(() => {
				registerForCleanup({ close() {} }, { name: 'a', bytesOf: () => Number.NaN });
				registerForCleanup({ close() {} }, { name: 'b', bytesOf: () => -1 });
				registerForCleanup(
					{ close() {} },
					{
						name: 'c',
						bytesOf: () => {
							throw new Error('no idea');
						},
					},
				);
			});
			assert.deepEqual(
				freed.owners.map(({ name, count, freedBytes, errors }) => [name, count, freedBytes, errors.length]),
				['c', 'b', 'a'].map(name => [name, 1, undefined, 0]),
			);
			assert.equal(freed.freedBytes, undefined);
		} finally {
			stop();
		}
		assert.deepEqual(warnings, [
			'bytesOf of the registered object "c" failed: no idea',
			'bytesOf of the registered object "b" gave -1 instead of a number of bytes.',
			'bytesOf of the registered object "a" gave NaN instead of a number of bytes.',
		]);
	});
});
