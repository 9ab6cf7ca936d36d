import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
	type AttributionRequest,
	attributionOf,
	figures,
	type Measure,
	momentNow,
} from '../../../src/analysis/attribution.ts';
import { lineFigures } from '../../../src/analysis/attributionLines.ts';
import { standardErrorBytes } from '../../../src/analysis/samplingError.ts';
import type { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { TimeWindow } from '../../../src/analysis/timeWindow.ts';
import { type FinishedRun, fixture, onEveryNode, profiledRun } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const source = readFileSync(fixture('windows.mjs'), 'utf8').split('\n');
const lineOf = (text: string): number => source.findIndex(line => line.includes(text)) + 1;
const LINES = { first: lineOf('return Buffer.alloc'), left: lineOf('// left'), right: lineOf('// right') };
const ROWS_LINE = lineOf('function makeRows');

onEveryNode('windows of time and regions', (_major, node) => {
	let run: FinishedRun;
	let model: SessionModel;
	before(async () => {
		// Without a bound nothing is widened: what was measured does not hang on how busy the machine is.
		run = await profiledRun({ script: 'windows.mjs', nodePath: node(), sampling: { overheadBudget: 0 } });
		model = run.opened.model;
	});

	const regionId = (name: string): number => {
		const found = [...model.regions.values()].find(({ definition }) => definition.name === name);
		assert.ok(found, `the region ${name}`);
		return found.definition.id;
	};
	const timeOf = (name: string): TimeWindow => {
		const id = regionId(name);
		const span = [...model.spans.values()].find(({ region }) => region === id);
		assert.ok(span?.end, `a call of ${name}`);
		return { min: span.t, max: span.end };
	};
	/** Bytes at one line and the standard error that sampling leaves in them. */
	function offHeapAt(line: number, request: Omit<AttributionRequest, 'memory'>): { bytes: number; error: number } {
		const told = figures(attributionOf(model, { memory: 'offHeap', ...request }).offHeap);
		assert.ok(told, 'memory outside the heap was told of');
		const sites = told.sites
			.filter(([node]) => model.nodes.get(model.nodes.get(node)?.parent ?? 0)?.frame.line === line)
			.map(([, , , bytes, samples]) => ({ bytes, samples }));
		const bytes = sites.reduce((sum, site) => sum + site.bytes, 0);
		return { bytes, error: standardErrorBytes(sites, told.intervalBytes) };
	}
	/** Four standard errors: one false alarm in 15 000. */
	function assertBytes(line: number, request: Omit<AttributionRequest, 'memory'>, truth: number): void {
		const { bytes, error } = offHeapAt(line, request);
		const text = `line ${line}: ${(bytes / MB).toFixed(1)} MB for ${truth / MB} MB, ± ${((4 * error) / MB).toFixed(1)}`;
		assert.ok(Math.abs(bytes - truth) <= 4 * error + 0.01 * truth + 0.1 * MB, text);
		if (truth > 0) assert.ok(4 * error < truth, `${text}: too coarse to tell anything`);
	}

	it('tells outside the heap what each phase allocated, at its lines only', () => {
		assertBytes(LINES.first, { measure: 'allocated', window: timeOf('first') }, 48 * MB);
		assertBytes(LINES.left, { measure: 'allocated', window: timeOf('left') }, 64 * MB);
		assertBytes(LINES.right, { measure: 'allocated', window: timeOf('right') }, 32 * MB);
		assertBytes(LINES.left, { measure: 'allocated', window: timeOf('first') }, 0);
		// A busy machine may have been told of the first phase only while the second ran.
		const window = timeOf('left');
		const { offHeap } = attributionOf(model, { memory: 'offHeap', measure: 'allocated', window });
		if ((figures(offHeap)?.read.min ?? 0) > timeOf('first').max)
			assertBytes(LINES.first, { measure: 'allocated', window }, 0);
	});

	it('tells what is still alive at the end of a window, and what was freed in one', () => {
		for (const measure of ['alive', 'allocated'] as Measure[])
			assertBytes(LINES.left, { measure, window: timeOf('left') }, 64 * MB);
		const { min } = timeOf('drop');
		const window = { min, max: model.now };
		assertBytes(LINES.first, { measure: 'freed', window }, 48 * MB);
		assertBytes(LINES.left, { measure: 'freed', window }, 0);
		assertBytes(LINES.first, { measure: 'live', moment: { ...momentNow(model), t: min } }, 48 * MB);
		assertBytes(LINES.first, { measure: 'live', moment: momentNow(model) }, 0);
	});

	it('knows the region of each byte outside the heap, across await and side by side', () => {
		assertBytes(LINES.left, { measure: 'allocated', region: regionId('left') }, 64 * MB);
		assertBytes(LINES.right, { measure: 'allocated', region: regionId('left') }, 0);
		assertBytes(LINES.right, { measure: 'allocated', region: regionId('right') }, 32 * MB);
		assertBytes(LINES.first, { measure: 'allocated', region: regionId('first') }, 48 * MB);
	});

	const rowsOf = (request: Omit<AttributionRequest, 'memory'>): number => {
		const heap = figures(attributionOf(model, { memory: 'heap', ...request }).heap);
		assert.ok(heap, 'the heap was read');
		return heap.sites
			.filter(([node]) => model.nodes.get(node)?.frame.line === ROWS_LINE)
			.reduce((sum, [, bytes]) => sum + bytes, 0);
	};

	it('tells on the heap which phase allocated, as far as its readings tell it apart', () => {
		const whole = rowsOf({ measure: 'alive' });
		const first = rowsOf({ measure: 'allocated', window: timeOf('first') });
		const { heap } = attributionOf(model, { memory: 'heap', measure: 'allocated', window: timeOf('left') });
		const read = figures(heap)?.read;
		// 60 000 rows and as many in the loop that drops the buffers.
		assert.ok(first > 3 * MB && first <= whole, `${first} bytes of rows in the first phase, ${whole} in all`);
		assert.ok(read && read.min <= timeOf('left').min, 'readings around the window');
		if (read.min > timeOf('first').max && read.max < timeOf('drop').min)
			assert.ok(rowsOf({ measure: 'allocated', window: timeOf('left') }) < first / 4, 'no rows between the two');
	});

	it('shares the heap out among regions without making more or less of it', () => {
		const window = { min: 0, max: model.now };
		const sum = ['first', 'left', 'right', 'drop']
			.map(name =>
				figures(attributionOf(model, { memory: 'heap', measure: 'allocated', window, region: regionId(name) }).heap),
			)
			.reduce((all, part) => all + (part?.bytes ?? 0), 0);
		const all = figures(attributionOf(model, { memory: 'heap', measure: 'allocated', window }).heap)?.bytes ?? 0;
		assert.ok(sum > 0 && sum <= all, `${sum} bytes in regions of ${all}`);
	});

	it('names the line to change', () => {
		const [top] = lineFigures(model, { process: 1 });
		assert.equal(top?.line, LINES.left);
		assert.ok(top.file.endsWith('windows.mjs'), top.file);
		assert.ok(top.offHeapBytes > top.heapBytes);
	});
});
