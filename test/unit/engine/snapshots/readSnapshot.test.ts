import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { edgeText, nodeText } from '../../../../src/analysis/heapGraph/heapGraph.ts';
import { UserError } from '../../../../src/engine/errors.ts';
import { readSnapshot } from '../../../../src/engine/snapshots/readSnapshot.ts';
import { heapSnapshot, type WrittenNode } from '../../../support/heapFiles.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

const small: WrittenNode[] = [
	{ type: 'synthetic', name: '', bytes: 0, edges: [{ type: 'element', name: 7, to: 1 }] },
	{ name: 'Row', bytes: 32, edges: [{ name: 'title', to: 2 }] },
	{ type: 'string', name: 'naïve\n"quoted" \\ 日本 😀 \u0007', bytes: 5_000_000_000 },
];

describe('A heap snapshot', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('read-snapshot');
	});
	after(() => folder.remove());

	const file = (text: string | Uint8Array): string => {
		const path = join(folder.path, 'x.heapsnapshot');
		writeFileSync(path, text);
		return path;
	};
	const read = (text: string | Uint8Array) => readSnapshot(file(text));
	const refusal = (text: string | Uint8Array): string => {
		try {
			read(text);
		} catch (error) {
			assert.ok(error instanceof UserError, String(error));
			assert.equal(error.code, 'badSnapshot');
			return error.message;
		}
		throw new Error('It was read.');
	};

	it('is read into nodes, edges and strings', () => {
		const graph = read(heapSnapshot(small));
		assert.equal(graph.nodeCount, 3);
		assert.deepEqual([...graph.firstEdge], [0, 1, 2, 2]);
		assert.deepEqual([...graph.edgeTo], [1, 2]);
		assert.equal(edgeText(graph, 0), '7');
		assert.equal(edgeText(graph, 1), 'title');
		assert.equal(nodeText(graph, 1), 'Row');
		assert.equal(nodeText(graph, 2), small[2]?.name);
		assert.deepEqual([...graph.selfBytes], [0, 32, 5_000_000_000]);
		assert.deepEqual([...graph.nodeId], [1, 3, 5]);
	});

	it('may have its fields in another order, and others that nobody knows', () => {
		const nodeFields = ['detachedness', 'self_size', 'id', 'edge_count', 'later', 'name', 'type'];
		const graph = read(heapSnapshot(small, { nodeFields, more: '"later":{"a":["]}\\"",{"b":1}]},' }));
		assert.deepEqual([...graph.edgeTo], [1, 2]);
		assert.deepEqual([...graph.selfBytes], [0, 32, 5_000_000_000]);
		assert.equal(nodeText(graph, 1), 'Row');
	});

	it('may have white space anywhere', () => {
		const graph = read(heapSnapshot(small, { gap: ' \r\n\t' }).replaceAll('":[', '" : [ ').replaceAll('],', ' ] ,'));
		assert.deepEqual([...graph.edgeTo], [1, 2]);
	});

	it('has strings across the borders of what is read at once, and long ones cut', () => {
		const long = '\u00e9"'.repeat(3_000_000);
		const names = Array.from({ length: 2_000 }, (_, i) => `${i} ${'\\"é'.repeat(i % 400)}`);
		const nodes = [...names, long].map(name => ({ name, bytes: 1 }));
		const graph = read(heapSnapshot(nodes));
		names.forEach((name, node) => {
			const text = nodeText(graph, node);
			if (text.endsWith('…')) assert.ok(name.startsWith(text.slice(0, -1)) && text.length > 100, text);
			else assert.equal(text, name);
		});
		const text = nodeText(graph, names.length);
		assert.ok(text.length < 600 && long.startsWith(text.slice(0, -1)), text);
	});

	it('writes every character as an escape, as V8 does, or half of one', () => {
		const text = heapSnapshot([{ name: 'NAME', bytes: 1 }]).replace(
			'NAME',
			'\\u00e9\\u0041\\ud83d\\ude00\\/\\b\\ud83d',
		);
		assert.equal(nodeText(read(text), 0), 'éA😀/\b\ud83d');
	});

	it('that was cut off at any byte is refused in one sentence with the place', () => {
		const text = heapSnapshot(small);
		for (let length = 0; length < text.length - 1; length++) {
			const sentence = refusal(text.slice(0, length));
			assert.match(sentence, /ends at byte \d+|before byte \d+|has no|damaged/, `cut at ${length}: ${sentence}`);
			assert.ok(!sentence.includes('\n'));
		}
	});

	for (const [what, text, says] of [
		['empty', '', /ends at byte 0/],
		['not JSON', 'PK\u0003\u0004', /at byte 0 .* stands "P" where "\{" belongs/],
		['another JSON', '{"a":1}', /another kind of file/],
		['a list', '[1,2]', /stands "\["/],
		['nodes first', '{"nodes":[1]}', /nodes stand before its head/],
		['a CPU profile', '{"nodes":[{"id":1}],"startTime":0}', /nodes stand before its head/],
	] as const) {
		it(`that is ${what} is refused`, () => assert.match(refusal(text), says));
	}

	const headWith = (part: object) => {
		const whole = JSON.parse(heapSnapshot(small)) as { snapshot: object };
		return heapSnapshot(small, { head: { ...whole.snapshot, ...part } });
	};
	for (const [what, part, says] of [
		['more objects than it has bytes', { node_count: 4_000_000_000 }, /cannot hold/],
		['a size that is no number', { node_count: '3' }, /"node_count"/],
		['a negative size', { edge_count: -1 }, /"edge_count"/],
		['a size that is no integer', { edge_count: 1.5 }, /"edge_count"/],
		['more nodes than there are', { node_count: 4 }, /are 21 numbers where its head announces 28/],
		['fewer nodes than there are', { node_count: 2 }, /more than the 2/],
		['more edges than there are', { edge_count: 3 }, /speak of 2 edges, its head of 3/],
		['no fields', { meta: {} }, /"node_fields"/],
		['no meta', { meta: 7 }, /"meta"/],
	] as const) {
		it(`whose head tells of ${what} is refused`, () => assert.match(refusal(headWith(part)), says));
	}

	for (const [what, change, says] of [
		['an edge into nowhere', (text: string) => text.replace('"edges":[1,7,7', '"edges":[1,7,700'), /lead to no node/],
		['an edge between nodes', (text: string) => text.replace('"edges":[1,7,7', '"edges":[1,7,8'), /lead to no node/],
		['an unknown type', (text: string) => text.replace('"nodes":[9,', '"nodes":[99,'), /unknown type/],
		['a negative number', (text: string) => text.replace('"nodes":[9,', '"nodes":[-9,'), /at byte \d+.*not negative/],
		['a fraction', (text: string) => text.replace('"nodes":[9,', '"nodes":[9.5,'), /at byte \d+ .*"\."/],
		['a huge number', (text: string) => text.replace('"nodes":[9,', `"nodes":[${'9'.repeat(400)},`), /whole number/],
		['an empty place', (text: string) => text.replace('"nodes":[9,', '"nodes":[9,,'), /whole number/],
		['text among numbers', (text: string) => text.replace('"nodes":[9,', '"nodes":["9",'), /at byte \d+/],
		['no strings', (text: string) => text.replace('"strings"', '"strinks"'), /no strings/],
	] as const) {
		it(`with ${what} is refused`, () => {
			const text = heapSnapshot(small);
			assert.notEqual(change(text), text);
			assert.match(refusal(change(text)), says);
		});
	}

	it('that needs more memory than there is is refused before it is tried', () => {
		const path = file(heapSnapshot(small));
		assert.throws(
			() => readSnapshot(path, { availableBytes: 10 }),
			(error: unknown) => error instanceof UserError && error.code === 'snapshotTooLarge',
		);
	});

	it('that is not there is refused', () => {
		assert.throws(
			() => readSnapshot(join(folder.path, 'none')),
			(error: unknown) => error instanceof UserError && error.code === 'cannotRead',
		);
		assert.throws(
			() => readSnapshot(folder.path),
			(error: unknown) => error instanceof UserError && error.code === 'cannotRead',
		);
	});
});
