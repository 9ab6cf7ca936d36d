import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { registered, registerForCleanup } from '../../../../src/runtime/scopes/cleanupRegistry.ts';
import type { CleanupReport } from '../../../../src/runtime/scopes/cleanupReport.ts';
import { memoryManagement } from '../../../../src/runtime/scopes/memoryManagement.ts';
import { recordingHub } from '../hub.ts';

/** Something that says when it was closed. */
function closer(log: string[], name: string, close: () => unknown = () => {}): object {
	const object = {
		close() {
			log.push(name);
			return close();
		},
	};
	registerForCleanup(object, { name });
	return object;
}

function gate(): { opened: Promise<void>; open: () => void } {
	let open = () => {};
	const opened = new Promise<void>(resolve => {
		open = resolve;
	});
	return { opened, open };
}

describe('memoryManagement', () => {
	const warnings: string[] = [];
	let stop = () => {};
	beforeEach(() => {
		warnings.length = 0;
		stop = onWarning(({ message }) => warnings.push(message));
	});
	afterEach(() => stop());

	it('gives what the function returns, and what was freed by owner, the newest first', () => {
		const objects: object[] = [];
		const { result, freed } = memoryManagement(() => {
			for (const [name, bytes] of [
				['tiles', 100],
				['index', 7],
				['tiles', 20],
			] as const) {
				const object = { close() {} };
				objects.push(object);
				registerForCleanup(object, { name, bytesOf: () => bytes });
			}
			registerForCleanup(objects[0] as object, () => {}, { name: 'unknown size' });
			return 42;
		});
		assert.equal(result, 42);
		assert.deepEqual(
			freed.owners.map(({ name, count, freedBytes, target }) => [name, count, freedBytes, target]),
			[
				['unknown size', 1, undefined, 'registered'],
				['tiles', 2, 120, 'registered'],
				['index', 1, 7, 'registered'],
			],
		);
		assert.deepEqual([freed.freedBytes, freed.failed, freed.pending], [127, 0, 0]);
		assert.ok(freed.ms >= 0);
	});

	it('cleans when the function throws, and throws that error', async () => {
		const log: string[] = [];
		const reports: CleanupReport[] = [];
		const onCleanup = (freed: CleanupReport) => reports.push(freed);
		const wrong = new Error('wrong');
		const fail = () => {
			closer(log, 'failing', () => {
				throw new Error('cleanup');
			});
			closer(log, 'sync');
			throw wrong;
		};
		assert.throws(() => memoryManagement(fail, { onCleanup }), wrong);
		await assert.rejects(
			memoryManagement(async () => fail(), { onCleanup }),
			wrong,
		);
		assert.deepEqual(log, ['sync', 'failing', 'sync', 'failing']);
		assert.deepEqual(
			reports.map(({ failed }) => failed),
			[1, 1],
		);
		assert.deepEqual(warnings, Array(2).fill('The cleanup of "failing" failed: cleanup'));
	});

	it('goes on when a cleanup fails, and does not throw its error', async () => {
		const log: string[] = [];
		const late = new Error('late');
		const { freed } = await memoryManagement(async () => {
			closer(log, 'first');
			closer(log, 'second', () => Promise.reject(late));
			closer(log, 'third', () => {
				throw new Error('now');
			});
		});
		assert.deepEqual(log, ['third', 'second', 'first']);
		assert.equal(freed.failed, 2);
		assert.deepEqual(freed.owners[1]?.errors, [late]);
		assert.equal(freed.owners[1]?.detail, '0 of 1 cleaned, 1 failed: late');
		assert.equal(freed.owners[2]?.detail, '1 of 1 cleaned');
	});

	it('waits for asynchronous cleanups one after the other', async () => {
		const log: string[] = [];
		await memoryManagement(async () => {
			closer(log, 'below');
			closer(log, 'above', async () => {
				await new Promise(resolve => setImmediate(resolve));
				log.push('above is closed');
			});
		});
		assert.deepEqual(log, ['above', 'above is closed', 'below']);
	});

	it('begins asynchronous cleanups at the end of a synchronous function and says how many', async () => {
		const log: string[] = [];
		const wait = gate();
		const { freed } = memoryManagement(() => {
			closer(log, 'slow', () => wait.opened.then(() => Promise.reject(new Error('too late'))));
			closer(log, 'quick');
		});
		assert.deepEqual(log, ['quick', 'slow']);
		assert.deepEqual([freed.pending, freed.failed], [1, 0]);
		assert.equal(freed.owners[1]?.detail, '0 of 1 cleaned, 1 still under way');
		wait.open();
		await new Promise(resolve => setImmediate(resolve));
		assert.deepEqual(warnings, ['The cleanup of "slow" failed: too late']);
	});

	it('takes other thenables for asynchronous, too', async () => {
		const log: string[] = [];
		const thenable: PromiseLike<number> = {
			// biome-ignore lint/suspicious/noThenProperty: that is what is tested
			then: (resolve, reject) => Promise.resolve(3).then(resolve, reject),
		};
		const managed = memoryManagement(() => {
			closer(log, 'a');
			return thenable;
		});
		assert.deepEqual(log, []);
		assert.equal((await managed).result, 3);
		assert.deepEqual(log, ['a']);
	});

	it('gives an object to the innermost scope', async () => {
		const log: string[] = [];
		await memoryManagement(async () => {
			closer(log, 'outer before');
			await memoryManagement(async () => {
				await null;
				closer(log, 'inner');
			});
			log.push('inner scope ended');
			closer(log, 'outer after');
		});
		assert.deepEqual(log, ['inner', 'inner scope ended', 'outer after', 'outer before']);
	});

	it('keeps concurrent scopes apart', async () => {
		const log: string[] = [];
		const wait = gate();
		const slow = memoryManagement(async () => {
			closer(log, 'slow 1');
			await wait.opened;
			closer(log, 'slow 2');
		});
		await memoryManagement(async () => {
			await null;
			closer(log, 'quick');
		});
		assert.deepEqual(log, ['quick']);
		wait.open();
		await slow;
		assert.deepEqual(log, ['quick', 'slow 2', 'slow 1']);
	});

	it('gives what registers after the end to the scope around it', async () => {
		const log: string[] = [];
		const wait = gate();
		let straggler: Promise<unknown> = Promise.resolve();
		await memoryManagement(async () => {
			memoryManagement(() => {
				straggler = wait.opened.then(() => closer(log, 'late'));
			});
			wait.open();
			await straggler;
			assert.deepEqual(log, []);
		});
		assert.deepEqual(log, ['late']);
	});

	it('gives what registers after the outermost end to the process', async () => {
		const log: string[] = [];
		const wait = gate();
		let straggler: Promise<object> = Promise.resolve({});
		memoryManagement(() => {
			straggler = wait.opened.then(() => closer(log, 'very late'));
		});
		wait.open();
		const object = await straggler;
		assert.deepEqual(log, []);
		const found = [...registered()].find(one => one.name === 'very late');
		assert.deepEqual([found?.scope, found?.alive, typeof object], [undefined, true, 'object']);
	});

	it('lets an iteration go on that outlives its scope', async () => {
		const log: string[] = [];
		async function* pages() {
			closer(log, 'page');
			yield 1;
		}
		await memoryManagement(async () => {
			const { result } = memoryManagement(() => pages());
			for await (const page of result) assert.equal(page, 1);
			assert.deepEqual(log, []);
		});
		assert.deepEqual(log, ['page']);
	});

	it('cleans what a cleanup registers in the scope around it', () => {
		const log: string[] = [];
		memoryManagement(() => {
			memoryManagement(() => closer(log, 'inner', () => closer(log, 'made while cleaning')));
			assert.deepEqual(log, ['inner']);
		});
		assert.deepEqual(log, ['inner', 'made while cleaning']);
	});

	it('collects at the end where that is wanted', () => {
		let bytes: unknown[] | undefined;
		const { freed } = memoryManagement(
			() => {
				bytes = Array.from({ length: 200_000 }, (_, i) => ({ i }));
				registerForCleanup({ close() {} }, () => {
					bytes = undefined;
				});
			},
			{ collect: true },
		);
		assert.equal(bytes, undefined);
		const [, collection] = freed.owners;
		assert.equal(collection?.target, 'collection');
		assert.ok((collection.freedBytes ?? 0) > 4_000_000, `${collection.freedBytes}`);
	});

	it('warns when onCleanup throws', () => {
		const onCleanup = () => {
			throw new Error('mine');
		};
		assert.equal(memoryManagement(() => 1, { name: 'x', onCleanup }).result, 1);
		assert.deepEqual(warnings, ['onCleanup of the scope "x" failed: mine']);
	});

	it('warns when an asynchronous onCleanup rejects', async () => {
		const onCleanup = async () => {
			throw new Error('later');
		};
		memoryManagement(() => 1, { name: 'y', onCleanup });
		await new Promise(resolve => setImmediate(resolve));
		assert.deepEqual(warnings, ['onCleanup of the scope "y" failed: later']);
	});

	it('holds what a lazy thenable registers once it is awaited', async () => {
		const log: string[] = [];
		const query = {
			// biome-ignore lint/suspicious/noThenProperty: that is what a lazy query is
			then(resolve: (rows: number) => void) {
				closer(log, 'connection');
				resolve(3);
			},
		} as PromiseLike<number>;
		const { result, freed } = await memoryManagement(() => query);
		assert.deepEqual([result, freed.owners.map(({ name }) => name), log], [3, ['connection'], ['connection']]);
	});

	it('refuses wrong options by name', () => {
		const call = memoryManagement as (...all: unknown[]) => unknown;
		for (const [args, option] of [
			[[5], 'fn'],
			[[() => 1, null], 'options'],
			[[() => 1, { name: '' }], 'name'],
			[[() => 1, { collect: 'yes' }], 'collect'],
			[[() => 1, { onCleanup: 3 }], 'onCleanup'],
		] as const) {
			assert.throws(() => call(...args), { code: 'invalidOption', message: new RegExp(`"${option}" must be`) });
		}
	});

	it('is seen by the profiler as a region and a cleanup', async () => {
		const hub = recordingHub();
		await memoryManagement(async () => closer([], 'table'), { name: 'load tables' });
		const { entries } = hub.drain();
		hub.leave();
		assert.ok(entries.every(isEntry));
		const region = entries.find(entry => entry.type === 'region');
		assert.deepEqual([region?.kind, region?.name], ['memoryManagement', 'load tables']);
		assert.equal(region?.site?.file, fileURLToPath(import.meta.url));
		const cleanup = entries.find(entry => entry.type === 'cleanup');
		assert.deepEqual([cleanup?.cause, cleanup?.label], ['scope', 'load tables']);
		assert.deepEqual(cleanup?.steps, [{ target: 'registered', name: 'table', detail: '1 of 1 cleaned' }]);
	});

	it('cleans each object once, at the end of its own scope, however scopes nest, overlap and fail', async () => {
		type Tree = { objects: number; async: boolean; fails: boolean; children: Tree[] };
		const tree = (depth: number): fc.Arbitrary<Tree> =>
			fc.record({
				objects: fc.nat(3),
				async: fc.boolean(),
				fails: fc.boolean(),
				children: depth === 0 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 3 }),
			});
		await fc.assert(
			fc.asyncProperty(tree(3), async root => {
				const cleaned: string[] = [];
				const expected: string[] = [];
				const run = async (node: Tree, path: string): Promise<void> => {
					const own = () => {
						for (let i = 0; i < node.objects; i++) {
							expected.push(`${path}/${i}`);
							closer(cleaned, `${path}/${i}`, node.async ? () => Promise.resolve() : undefined);
						}
					};
					const all = memoryManagement(async () => {
						if (node.async) await null;
						own();
						await Promise.all(node.children.map((child, i) => run(child, `${path}.${i}`)));
						const mine = new RegExp(`^${path.replaceAll('.', '\\.')}/`);
						assert.ok(!cleaned.some(name => mine.test(name)));
						if (node.fails) throw new Error('wanted');
					});
					await all.catch((error: Error) => assert.equal(error.message, 'wanted'));
				};
				await run(root, 'r');
				assert.deepEqual(cleaned.toSorted(), expected.toSorted());
			}),
			{ numRuns: 60 },
		);
	});
});
