import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findDominators } from '../../../../src/analysis/heapGraph/dominators.ts';
import { groupClasses, retainedByClass } from '../../../../src/analysis/heapGraph/heapClasses.ts';
import { type HeapGraph, IgnoredEdges, ROOT } from '../../../../src/analysis/heapGraph/heapGraph.ts';
import { findRetainers, stepsOf } from '../../../../src/analysis/heapGraph/retainers.ts';
import type { WrittenNode } from '../../../support/heapFiles.ts';
import { heapGraph } from '../../../support/heapGraphs.ts';

function analysed(graph: HeapGraph) {
	const ignored = new IgnoredEdges(graph);
	const retainers = findRetainers(graph, ignored);
	return { ignored, retainers, ...findDominators(graph, ignored, retainers) };
}

/** Steps to each node that can be reached from the root while `without` is taken out. */
function reached(graph: HeapGraph, ignored: IgnoredEdges, without?: number, ofRoot?: string): Map<number, number> {
	const steps = new Map([[ROOT, 0]]);
	const queue = [ROOT];
	for (const node of queue) {
		if (node === without) continue;
		for (let edge = graph.firstEdge[node] as number; edge < (graph.firstEdge[node + 1] as number); edge++) {
			const to = graph.edgeTo[edge] as number;
			if (node === ROOT && ofRoot && graph.edgeTypes[graph.edgeType[edge] as number] !== ofRoot) continue;
			if (ignored.has(edge) || to === without || steps.has(to)) continue;
			steps.set(to, (steps.get(node) as number) + 1);
			queue.push(to);
		}
	}
	return steps;
}

const graphs = fc
	.integer({ min: 1, max: 24 })
	.chain(size =>
		fc.array(
			fc.record({
				bytes: fc.integer({ min: 0, max: 100 }),
				name: fc.constantFrom('A', 'B', 'C'),
				edges: fc.array(
					fc.record({
						type: fc.constantFrom('property', 'element', 'weak', 'shortcut', 'internal', 'property', 'context'),
						to: fc.nat({ max: size - 1 }),
					}),
					{ maxLength: 4 },
				),
			}),
			{ minLength: size, maxLength: size },
		),
	)
	.map((nodes): WrittenNode[] =>
		nodes.map(node => ({
			...node,
			edges: node.edges.map(({ type, to }) => ({ type, to, name: type === 'element' ? 0 : 'x' })),
		})),
	);

describe('Retained sizes', () => {
	it('are what taking the object out would free, in any graph', () => {
		fc.assert(
			fc.property(graphs, nodes => {
				const graph = heapGraph(nodes);
				const { ignored, retainedBytes, retainers } = analysed(graph);
				const all = reached(graph, ignored);
				const fromGlobals = reached(graph, ignored, undefined, 'shortcut');
				for (let node = 0; node < graph.nodeCount; node++) {
					const steps = fromGlobals.get(node) ?? all.get(node);
					assert.equal(stepsOf(retainers.distance[node] as number), steps);
					if (node === ROOT || !all.has(node)) continue;
					const left = reached(graph, ignored, node);
					let freed = 0;
					for (const other of all.keys()) {
						if (other === node || !left.has(other)) freed += graph.selfBytes[other] as number;
					}
					// What only weak references reach hangs on none of these: it is the root's.
					assert.equal(retainedBytes[node], freed, `node ${node} of ${JSON.stringify(nodes)}`);
				}
				const total = graph.selfBytes.reduce((sum, bytes) => sum + bytes, 0);
				assert.equal(retainedBytes[ROOT], total);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('of a class count what holds one another once', () => {
		fc.assert(
			fc.property(graphs, nodes => {
				const graph = heapGraph(nodes);
				const { dominator, retainedBytes } = analysed(graph);
				const classes = groupClasses(graph);
				const expected = classes.names.map(() => 0);
				for (let node = 0; node < graph.nodeCount; node++) {
					const own = classes.classOf[node] as number;
					let above = node;
					let inside = false;
					while (above !== ROOT) {
						above = dominator[above] as number;
						inside ||= classes.classOf[above] === own;
					}
					if (!inside) expected[own] = (expected[own] as number) + (retainedBytes[node] as number);
				}
				assert.deepEqual([...retainedByClass(classes, { dominator, retainedBytes })], expected);
			}),
			{ numRuns: 300 },
		);
	});

	it('of a chain of a million objects are found without recursion', () => {
		const length = 1_000_000;
		const base = heapGraph([{ name: 'Link', bytes: 1 }]);
		const graph: HeapGraph = {
			...base,
			nodeCount: length,
			edgeCount: length - 1,
			nodeType: new Uint8Array(length).fill(3),
			nodeName: new Uint32Array(length),
			nodeId: Uint32Array.from({ length }, (_, i) => i),
			selfBytes: new Float64Array(length).fill(1),
			firstEdge: Uint32Array.from({ length: length + 1 }, (_, i) => Math.min(i, length - 1)),
			edgeType: new Uint8Array(length - 1).fill(2),
			edgeName: new Uint32Array(length - 1),
			edgeTo: Uint32Array.from({ length: length - 1 }, (_, i) => i + 1),
		};
		const { retainedBytes, dominator } = analysed(graph);
		assert.equal(retainedBytes[0], length);
		assert.equal(retainedBytes[length - 1], 1);
		assert.equal(dominator[length - 1], length - 2);
	});

	it('of a value in a WeakMap belong to its key, not to the map', () => {
		const pair = '1 / part of key (Key @5) -> value (Value @7) pair in WeakMap (table @3)';
		const graph = heapGraph([
			{
				type: 'synthetic',
				name: '',
				bytes: 0,
				edges: [
					{ name: 'table', to: 1 },
					{ name: 'key', to: 2 },
				],
			},
			{ name: 'WeakMap', id: 3, bytes: 10, edges: [{ type: 'internal', name: pair, to: 3 }] },
			{ name: 'Key', id: 5, bytes: 10, edges: [{ type: 'internal', name: pair, to: 3 }] },
			{ name: 'Value', id: 7, bytes: 100 },
		]);
		const { retainedBytes } = analysed(graph);
		assert.equal(retainedBytes[2], 110);
		assert.equal(retainedBytes[1], 10);
	});
});
