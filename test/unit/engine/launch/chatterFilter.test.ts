import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { ChatterFilter } from '../../../../src/engine/launch/chatterFilter.ts';

const OURS = 'Debugger attached.\n';

async function filtered(expected: number, chunks: readonly (string | Buffer)[], finishAfter?: number): Promise<string> {
	const filter = new ChatterFilter(expected);
	const all = buffer(filter);
	for (const [i, chunk] of chunks.entries()) {
		filter.write(chunk);
		if (i === finishAfter) filter.finish();
	}
	filter.end();
	return (await all).toString('latin1');
}

/** What the filter is to do, said on whole text: the first lines that read so are gone. */
function without(text: string, count: number): string {
	let left = count;
	const lines = text.split(/(?<=\n)/);
	return lines.filter(line => line !== OURS || left-- <= 0).join('');
}

/** Cuts `text` at any places. */
function cut(text: string, places: readonly number[]): Buffer[] {
	const bytes = Buffer.from(text, 'latin1');
	const edges = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
	return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
}

describe('ChatterFilter', () => {
	const piece = fc.oneof(
		fc.constantFrom(OURS, 'Debugger attached.', 'Debugger', '\n', 'x', '\r\n', 'Debugger attached.\r\n', '\xff\xfe\0'),
		fc.string(),
	);
	const text = fc.array(piece).map(pieces => Buffer.from(pieces.join(''), 'utf8').toString('latin1'));

	it('gives the same bytes however they are cut', () =>
		fc.assert(
			fc.asyncProperty(text, fc.array(fc.nat(1_000)), fc.nat(3), async (all, places, count) => {
				assert.equal(await filtered(count, cut(all, places)), without(all, count));
			}),
		));
	it('takes the lines out byte by byte', async () => {
		assert.equal(await filtered(2, [...`${OURS}${OURS}own\n`]), 'own\n');
	});
	it('leaves what the script prints later, even when it reads the same', async () => {
		assert.equal(await filtered(2, [OURS + OURS, OURS, `${OURS}end`]), `${OURS}${OURS}end`);
	});
	it('leaves the same words inside a line', async () => {
		assert.equal(await filtered(2, [`note: ${OURS}`]), `note: ${OURS}`);
	});
	it('lets everything pass once it is told that no more will come', async () => {
		assert.equal(await filtered(2, [OURS, OURS], 0), OURS);
		assert.equal(await filtered(1, ['Debugger att', 'ached.\n'], 0), OURS);
	});
	it('gives back a beginning that never became a line', async () => {
		assert.equal(await filtered(1, ['Debugger at']), 'Debugger at');
	});
});
