import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sizeOf } from '../../../../src/runtime/caches/sizeOf.ts';

const between = (bytes: number, low: number, high: number) =>
	assert.ok(bytes >= low && bytes <= high, `${bytes} is not within ${low} to ${high}`);

describe('sizeOf', () => {
	it('knows texts of one and of two bytes a character', () => {
		between(sizeOf('x'.repeat(10_000)), 10_000, 10_100);
		between(sizeOf('\u0416'.repeat(10_000)), 20_000, 20_100);
	});

	it('counts the memory behind views once', () => {
		const buffer = new ArrayBuffer(1_000_000);
		const views = [new Uint8Array(buffer), new Float64Array(buffer, 0, 10), new DataView(buffer), buffer];
		between(sizeOf(views), 1_000_000, 1_001_000);
		between(sizeOf(Array.from({ length: 1_000 }, (_, i) => new Uint8Array(buffer, i, 1))), 1_000_000, 1_200_000);
	});

	it('survives cycles, deep chains, proxies and getters', () => {
		const cycle: Record<string, unknown> = {};
		cycle.self = cycle;
		let chain: object = {};
		for (let i = 0; i < 100_000; i++) chain = { chain };
		const trap = new Proxy(
			{},
			{
				ownKeys() {
					throw new Error('trap');
				},
			},
		);
		const getter = {
			get touched(): never {
				throw new Error('touched');
			},
		};
		between(sizeOf([cycle, trap, getter]), 50, 500);
		assert.ok(sizeOf(chain) > 100_000);
	});

	it('estimates large collections by a sample, near the whole', () => {
		const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `name ${i % 10}`, flag: true }));
		const each = sizeOf(rows.slice(0, 100)) / 100;
		between(sizeOf(rows), each * 100_000 * 0.8, each * 100_000 * 1.2);
		sizeOf(new Map(rows.map(row => [row.id, row])));
		sizeOf(Object.fromEntries(rows.map(row => [`key ${row.id}`, row])));
	});

	it('gives a whole number for anything', () => {
		fc.assert(
			fc.property(
				fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
				value => {
					assert.ok(Number.isSafeInteger(sizeOf(value)) && sizeOf(value) >= 0);
				},
			),
		);
	});

	it('counts an array of numbers as plain doubles, and numbers among others one by one', () => {
		between(sizeOf(Array.from({ length: 10_000 }, (_, i) => i / 3)), 80_000, 81_000);
		between(sizeOf([...Array.from({ length: 200 }, (_, i) => i + 0.5), 'x']), 200 * 24, 200 * 24 + 100);
	});

	it('counts a large map or set as a whole', () => {
		const map = new Map(Array.from({ length: 50_000 }, (_, i) => [i, Buffer.from(new ArrayBuffer(100))] as const));
		between(sizeOf(map), 50_000 * 250, 50_000 * 350);
		between(sizeOf(new Set(Array.from({ length: 100_000 }, (_, i) => `text number ${i}`))), 5_000_000, 8_000_000);
	});

	it('comes to an end with any graph, calls nothing in it and throws nothing', () => {
		const refuse = () => assert.fail('called');
		const handler = new Proxy({}, { get: () => refuse });
		const revoked = Proxy.revocable({}, {});
		revoked.revoke();
		const hostile = [
			() => new Proxy({}, handler),
			() => new Proxy([], handler),
			() => new Proxy(new Map(), {}),
			() => revoked.proxy,
			() => Object.defineProperty([1], '0', { get: refuse }),
			() => Object.defineProperty({}, 'x', { get: refuse, enumerable: true }),
			() => Object.create(Map.prototype),
			() => Object.create(ArrayBuffer.prototype),
			() => Object.create(null, { [Symbol.toStringTag]: { get: refuse } }),
			() =>
				new (class extends Map {
					override get size(): number {
						return refuse();
					}
				})(),
			() => Object.setPrototypeOf(new Uint8Array(8), null),
			() => new Array(4_000_000_000),
			() => 'x'.repeat(1_000_000),
		];
		// An object, and for each of the others which earlier ones it holds: cycles, since the first holds the last.
		const graph = fc.array(
			fc.record({
				kind: fc.constantFrom('object', 'array', 'map', 'set', 'null'),
				links: fc.array(fc.nat()),
				hostile: fc.option(fc.nat()),
			}),
			{ minLength: 1, maxLength: 30 },
		);
		fc.assert(
			fc.property(graph, fc.constantFrom(0, 0, 100_000), (specifications, depth) => {
				const nodes = specifications.map(({ kind }) => empty(kind));
				for (const [i, { links, hostile: which }] of specifications.entries()) {
					for (const [at, link] of links.entries()) attach(nodes[i], `k${at}`, nodes[link % nodes.length]);
					if (which !== null) attach(nodes[i], 'hostile', hostile[which % hostile.length]?.());
				}
				let root: object = nodes;
				for (let i = 0; i < depth; i++) root = [root];
				const bytes = sizeOf(root);
				assert.ok(Number.isSafeInteger(bytes) && bytes > 0);
			}),
			{ numRuns: 30 },
		);
	});
});

function empty(kind: string): unknown {
	if (kind === 'map') return new Map();
	if (kind === 'set') return new Set();
	return kind === 'array' ? [] : Object.create(kind === 'null' ? null : Object.prototype);
}

function attach(owner: unknown, key: string, value: unknown): void {
	if (owner instanceof Map) owner.set(key, value);
	else if (owner instanceof Set) owner.add(value);
	else if (Array.isArray(owner)) owner.push(value);
	else Object.assign(owner as object, { [key]: value });
}
