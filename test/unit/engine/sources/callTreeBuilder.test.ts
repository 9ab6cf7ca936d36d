import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Protocol } from 'devtools-protocol';
import { silentLogger } from '../../../../src/base/logger.ts';
import { CallTreeBuilder } from '../../../../src/engine/sources/callTreeBuilder.ts';
import { SourceMaps } from '../../../../src/engine/sources/sourceMaps.ts';

type Node = Protocol.HeapProfiler.SamplingHeapProfileNode;

function node(id: number, functionName: string, line: number, selfSize: number, children: Node[] = []): Node {
	const url = functionName === '(root)' ? '' : 'node:fs';
	return {
		id,
		selfSize,
		children,
		callFrame: { functionName, url, scriptId: '1', lineNumber: line - 1, columnNumber: 4 },
	};
}
const profile = (head: Node, sampled: readonly number[] = []) => ({
	head,
	samples: sampled.map((nodeId, i) => ({ nodeId, size: 1, ordinal: i + 1 })),
});
const builder = () => new CallTreeBuilder(new SourceMaps(silentLogger), undefined);

describe('CallTreeBuilder', () => {
	it('tells parents before children, and what is live', async () => {
		const head = node(1, '(root)', 0, 0, [node(2, 'a', 10, 5, [node(4, 'b', 20, 7)]), node(3, 'a', 10, 0)]);
		const { callTree, selfBytes, samples } = await builder().add(profile(head, [2, 4, 4, 99]), 12);
		assert.equal(callTree?.t, 12);
		const seen = new Set([0]);
		for (const [id, parent] of callTree?.nodes ?? []) {
			assert.ok(seen.has(parent), `${id} came before its parent ${parent}`);
			seen.add(id);
		}
		// The two nodes of `a` are one stack, so they are one node.
		assert.equal(seen.size, 1 + 3);
		const [a5, b7] = [...selfBytes.keys()];
		assert.deepEqual([...selfBytes.values()], [5, 7]);
		// One is of a node that the profile does not have.
		assert.deepEqual(samples, [
			{ node: a5, ordinal: 1, bytes: 1 },
			{ node: b7, ordinal: 2, bytes: 1 },
			{ node: b7, ordinal: 3, bytes: 1 },
		]);
		const a = callTree?.frames.find(({ functionName }) => functionName === 'a');
		assert.deepEqual(a, { id: a?.id, functionName: 'a', file: 'node:fs', line: 10, column: 5, kind: 'node' });
		assert.equal(callTree?.frames.length, 3);
	});
	it('tells a frame and a node once', async () => {
		const tree = builder();
		const { callTree: first } = await tree.add(profile(node(1, '(root)', 0, 0, [node(2, 'a', 10, 5)])), 1);
		const again = await tree.add(profile(node(1, '(root)', 0, 0, [node(2, 'a', 10, 9)])), 2);
		assert.equal(again.callTree, undefined);
		assert.equal(again.selfBytes.get(2), 9);
		const more = node(1, '(root)', 0, 0, [node(2, 'a', 10, 0, [node(5, 'a', 10, 1)])]);
		const { callTree } = await tree.add(profile(more), 3);
		const frameOfA = first?.nodes.find(([id]) => id === 2)?.[2];
		assert.deepEqual([callTree?.frames, callTree?.nodes], [[], [[3, 2, frameOfA]]]);
	});
	it('does not grow when V8 numbers the same stacks anew', async () => {
		const tree = builder();
		const ids = new Set<number>();
		for (let i = 1; i < 500; i++) {
			const head = node(1, '(root)', 0, 0, [node(2 * i, 'a', 10, 5, [node(2 * i + 1, 'b', 20, 7)])]);
			const { callTree, selfBytes } = await tree.add(profile(head, [2 * i + 1]), i);
			for (const [id] of callTree?.nodes ?? []) ids.add(id);
			assert.deepEqual([...selfBytes.values()].sort(), [5, 7]);
		}
		assert.equal(ids.size, 3);
	});
	it("knows the injected runtime's frames by their bundle, source map or not", async () => {
		const runtimeDir = join(import.meta.dirname, 'runtime');
		const tree = new CallTreeBuilder(new SourceMaps(silentLogger), runtimeDir);
		const ours = node(2, 'region', 10, 5);
		ours.callFrame.url = pathToFileURL(join(runtimeDir, 'index.cjs')).href;
		const { callTree } = await tree.add(profile(node(1, '(root)', 0, 0, [ours])), 1);
		assert.equal(callTree?.frames.find(({ functionName }) => functionName === 'region')?.kind, 'profiler');
	});
	it('goes down fifty thousand calls', async () => {
		let head = node(50_000, 'leaf', 1, 8);
		for (let id = 49_999; id > 0; id--) head = node(id, 'f', id, 0, [head]);
		const { callTree, selfBytes } = await builder().add(profile(head, [50_000]), 1);
		assert.equal(callTree?.nodes.length, 50_000);
		assert.deepEqual([...selfBytes], [[50_000, 8]]);
	});
	it('names what has no name', async () => {
		const { callTree } = await builder().add(
			profile(node(1, '(root)', 0, 0, [node(2, '', 3, 1), node(3, '', 0, 1)])),
			1,
		);
		assert.deepEqual(callTree?.frames.map(({ functionName }) => functionName).sort(), [
			'(anonymous)',
			'(root)',
			'(unnamed)',
		]);
	});
	it('knows the place of a function whose script V8 has forgotten', async () => {
		const maps = new SourceMaps(silentLogger);
		maps.addScript('7', '/data/load.cjs', undefined);
		const tree = new CallTreeBuilder(maps, undefined);
		const inScript = (id: number, name: string, line: number, url = 'node:fs') => {
			const one = node(id, name, line, 1);
			return { ...one, callFrame: { ...one.callFrame, url, scriptId: '7' } };
		};
		const forgotten = (id: number, name: string) => {
			const one = inScript(id, name, 0, '');
			return { ...one, callFrame: { ...one.callFrame, columnNumber: -1 } };
		};
		const before = [inScript(2, 'load', 3), inScript(3, 'twice', 5), inScript(4, 'twice', 9)];
		await tree.add(profile(node(1, '(root)', 0, 0, before)), 1);
		const after = [forgotten(2, 'load'), forgotten(3, 'twice'), forgotten(4, 'late')];
		const { callTree, selfBytes } = await tree.add(profile(node(1, '(root)', 0, 0, after)), 2);
		// `load` is the node it was; of the others only the script is known.
		assert.deepEqual(
			callTree?.frames.map(({ functionName, file, line, kind }) => [functionName, file, line, kind]),
			[
				['late', '/data/load.cjs', 0, 'user'],
				['twice', '/data/load.cjs', 0, 'user'],
			],
		);
		assert.equal(selfBytes.size, 3);
	});
});
