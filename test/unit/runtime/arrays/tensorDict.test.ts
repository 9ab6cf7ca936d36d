import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compactTensors } from '../../../../src/runtime/arrays/compactTensors.ts';
import type { TypedArray } from '../../../../src/runtime/arrays/dtypes.ts';
import { TensorDict } from '../../../../src/runtime/arrays/tensorDict.ts';
import { forceCollection } from '../../../../src/runtime/collection/forceCollection.ts';
import { registered } from '../../../../src/runtime/scopes/cleanupRegistry.ts';
import { memoryManagement } from '../../../../src/runtime/scopes/memoryManagement.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

const make = () => new TensorDict({ name: 'test' });

describe('TensorDict', () => {
	it('keeps arrays with their shapes', () => {
		using dict = make();
		const flux = new Float64Array(6);
		dict.set('flux', flux, { shape: [2, 3] }).set('id', Uint32Array.of(1, 2));
		assert.equal(dict.get('flux'), flux);
		assert.deepEqual([dict.shapeOf('flux'), dict.shapeOf('id'), dict.shapeOf('none')], [[2, 3], [2], undefined]);
		assert.deepEqual([dict.size, dict.has('id'), dict.has('none')], [2, true, false]);
		assert.deepEqual(
			[...dict].map(([name]) => name),
			['flux', 'id'],
		);
		assert.equal(dict.delete('flux'), true);
		assert.equal(dict.delete('flux'), false);
		assert.equal(dict.bytes, 8);
	});

	it('refuses shapes that do not fit, what is no typed array, and use after its end', () => {
		const dict = make();
		const array = new Float64Array(6);
		assert.throws(() => dict.set('a', array, { shape: [2, 2] }), {
			code: 'invalidOption',
			message: /a shape of 6 elements/,
		});
		assert.throws(() => dict.set('a', array, { shape: [-6] }), { code: 'invalidOption' });
		for (const wrong of [[1, 2], undefined, new DataView(new ArrayBuffer(1)), 'text']) {
			assert.throws(() => dict.set('a', wrong as unknown as TypedArray), { code: 'invalidOption' });
		}
		assert.throws(() => dict.set(5 as unknown as string, array), { code: 'invalidOption' });
		assert.throws(() => dict.set('a', array, null as never), { code: 'invalidOption' });
		assert.throws(() => dict.set('a', array, { temporary: 'yes' as never }), { code: 'invalidOption' });
		assert.throws(() => new TensorDict({ name: '' }), { code: 'invalidOption' });
		assert.throws(() => new TensorDict(undefined as unknown as { name: string }), { code: 'invalidOption' });
		assert.equal(dict.size, 0);
		dict.set('a', array);
		dict.dispose();
		assert.deepEqual([dict.size, dict.bytes], [0, 0]);
		assert.throws(() => dict.set('a', array), { code: 'disposed' });
		assert.throws(() => dict.optimizeMemory(), { code: 'disposed' });
		dict.dispose();
	});

	it('counts each buffer once and whole', () => {
		using dict = make();
		const buffer = new ArrayBuffer(1000);
		dict
			.set('a', new Uint8Array(buffer, 0, 10))
			.set('b', new Float64Array(buffer, 16, 4))
			.set('c', new Uint8Array(5));
		const { bytes, count, tensors } = dict.memoryInfo();
		assert.deepEqual([bytes, count], [1005, 3]);
		assert.deepEqual(tensors[0], { name: 'b', dtype: 'float64', shape: [4], bytes: 32, temporary: false });
		dict.delete('a');
		assert.equal(dict.bytes, 1005);
		dict.delete('b');
		assert.equal(dict.bytes, 5);
	});

	it('counts no bytes that went to another thread', () => {
		using dict = make();
		const array = new Float64Array(10);
		dict.set('a', array);
		structuredClone(array.buffer, { transfer: [array.buffer] });
		const { bytes, tensors } = dict.memoryInfo();
		assert.deepEqual([bytes, tensors[0]?.bytes], [0, 0]);
	});

	it('lets temporary tensors go', () => {
		using dict = make();
		dict.set('kept', new Uint8Array(3)).set('scratch', new Float64Array(10), { temporary: true });
		assert.deepEqual(dict.clearTemporary(), { count: 1, freedBytes: 80 });
		assert.deepEqual([...dict.keys()], ['kept']);
	});

	it('makes tensors smaller and keeps names, shapes and order', () => {
		using dict = make();
		dict.set('delay', Float64Array.of(1, -2, 3, 4), { shape: [2, 2], temporary: true });
		dict.set('exact', Float64Array.of(0.1));
		dict.set('near', Float64Array.of(0.5));
		const { bytesBefore, bytesAfter, savedBytes, changed } = dict.optimizeMemory();
		assert.deepEqual([bytesBefore, bytesAfter, savedBytes], [48, 16, 32]);
		assert.deepEqual(
			changed.map(({ name, from, to }) => `${name} ${from} ${to}`),
			['delay float64 int8', 'near float64 float32'],
		);
		assert.deepEqual(dict.get('delay'), Int8Array.of(1, -2, 3, 4));
		assert.deepEqual(
			[dict.shapeOf('delay'), [...dict.keys()]],
			[
				[2, 2],
				['delay', 'exact', 'near'],
			],
		);
		assert.deepEqual(dict.clearTemporary(), { count: 1, freedBytes: 4 });
		assert.throws(() => dict.optimizeMemory({ tolerance: -1 }), { code: 'invalidOption' });
		assert.throws(() => make().optimizeMemory({ tolerance: -1 }), { code: 'invalidOption' });
	});

	it('copies views out of a larger buffer only where that saves', () => {
		using dict = make();
		const large = new ArrayBuffer(1000);
		dict.set('a', new Uint8Array(large, 0, 10)).set('b', new Float64Array(large, 16, 4).fill(0.1));
		const full = new ArrayBuffer(20);
		dict.set('c', new Uint8Array(full, 0, 10)).set('d', new Uint8Array(full, 10, 10));
		const { bytesAfter, changed } = dict.optimizeMemory();
		assert.deepEqual(
			changed.map(({ name }) => name),
			['a', 'b'],
		);
		assert.equal(bytesAfter, 10 + 32 + 20);
		assert.equal(dict.get('c')?.buffer, full);
	});

	it('copies one buffer after the other, so that the old one can go first', () => {
		const second = new Float64Array(8);
		const steps = compactTensors(
			[
				['a', new Float64Array(8)],
				['b', second],
			],
			{},
		);
		assert.deepEqual(steps.next().value?.[0]?.array, new Uint8Array(8));
		second.fill(0.5);
		assert.deepEqual(steps.next().value?.[0]?.array, new Float32Array(8).fill(0.5));
		assert.ok(steps.next().done);
	});

	it('leaves alone what overlaps and what threads share', () => {
		using dict = make();
		const buffer = new ArrayBuffer(80);
		dict.set('all', new Float64Array(buffer)).set('window', new Float64Array(buffer, 8, 2));
		dict.set('shared', new Float64Array(new SharedArrayBuffer(80)));
		assert.deepEqual(dict.optimizeMemory(), { bytesBefore: 160, bytesAfter: 160, savedBytes: 0, changed: [] });
	});

	it('copies a Buffer out of the slab it lies in', () => {
		using dict = make();
		dict.set('text', Buffer.from('abc'));
		dict.optimizeMemory();
		assert.equal(dict.bytes, 3);
		assert.deepEqual([...(dict.get('text') ?? [])], [97, 98, 99]);
	});

	it('never takes more memory than before, and keeps every value', () => {
		const slot = fc.record({
			buffer: fc.nat(2),
			offset: fc.nat(9),
			length: fc.nat(6),
			fill: fc.constantFrom(0.1, 3, 0.5),
		});
		fc.assert(
			fc.property(fc.array(slot, { maxLength: 6 }), slots => {
				using dict = make();
				const buffers = [0, 1, 2].map(() => new ArrayBuffer(120));
				for (const [i, { buffer, offset, length, fill }] of slots.entries()) {
					dict.set(`t${i}`, new Float64Array(buffers[buffer] as ArrayBuffer, offset * 8, length).fill(fill));
				}
				const before = [...dict].map(([name, array]) => [name, ...array]);
				const { bytesBefore, bytesAfter, savedBytes } = dict.optimizeMemory();
				assert.ok(bytesAfter <= bytesBefore && savedBytes === bytesBefore - bytesAfter);
				assert.equal(dict.memoryInfo().bytes, bytesAfter);
				assert.deepEqual(
					[...dict].map(([name, array]) => [name, ...array]),
					before,
				);
			}),
		);
	});

	it('is disposed of at the end of the scope that made it, with its bytes', async () => {
		let dict: TensorDict | undefined;
		const { freed } = await memoryManagement(async () => {
			dict = new TensorDict({ name: 'in scope' });
			dict.set('a', new Float64Array(100));
		});
		assert.equal(dict?.size, 0);
		assert.deepEqual(
			freed.owners.filter(({ name }) => name === 'in scope').map(({ freedBytes }) => freedBytes),
			[800],
		);
	});

	it('reports its largest tensors, and its end', () => {
		const hub = recordingHub();
		const mine = () =>
			hub.drain().entries.flatMap(entry => (entry.type === 'tensorDict' && entry.name === 'many' ? [entry] : []));
		const dict = new TensorDict({ name: 'many' });
		for (let i = 0; i < 100; i++) dict.set(`t${i}`, new Uint8Array(i));
		const [entry] = mine();
		assert.deepEqual([entry?.count, entry?.bytes, entry?.tensors.length], [100, 4950, 64]);
		assert.equal(entry?.tensors[0]?.name, 't99');
		assert.match(entry?.site?.file ?? '', /tensorDict\.test\.ts$/);
		assert.deepEqual(mine(), []);
		dict.dispose();
		const [gone] = mine();
		assert.deepEqual([gone?.disposed, gone?.bytes, gone?.count, gone?.tensors], [true, 0, 0, []]);
		hub.leave();
	});

	it('goes with its tensors when it is dropped, and its registration with it', async () => {
		const lost: WeakRef<object>[] = [];
		const drop = () => {
			const dict = new TensorDict({ name: 'dropped' });
			const array = new Float64Array(1000);
			dict.set('a', array);
			lost.push(new WeakRef(dict), new WeakRef(array));
		};
		for (let i = 0; i < 20; i++) drop();
		await waitFor(() => {
			forceCollection();
			const left = [...registered()].filter(({ name }) => name === 'dropped');
			return left.length === 0 && lost.every(ref => ref.deref() === undefined);
		});
	});
});
