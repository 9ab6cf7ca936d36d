import assert from 'node:assert/strict';
import { CHATTER_BEGINS, CHATTER_ENDS, ChatterStripper } from '../../../src/protocol/chatter.ts';

const LINE = 'Debugger attached.\n';

describe('ChatterStripper', () => {
	it('takes out marks and the lines between them, wherever the stream is cut', () => {
		const stream = `a\0b${LINE}${CHATTER_BEGINS}${LINE}Debug${CHATTER_BEGINS}${LINE}${CHATTER_ENDS}x${LINE}${CHATTER_ENDS}${LINE}end\0`;
		const expected = `a\0b${LINE}Debugx${LINE}end\0`;
		const bytes = Buffer.from(stream);
		for (let first = 0; first <= bytes.length; first++)
			for (const second of [first, Math.min(bytes.length, first + 7)]) {
				const stripper = new ChatterStripper();
				const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
				const left = [...chunks.flatMap(chunk => stripper.strip(chunk, true)), stripper.flush()];
				assert.equal(Buffer.concat(left).toString(), expected);
			}
	});
	it('keeps no zeros back from whoever waits for them', () => {
		const stripper = new ChatterStripper();
		for (const text of ['answer\0', '\0', `${CHATTER_BEGINS.slice(0, 5)}`]) {
			const chunk = Buffer.from(text);
			assert.deepEqual(stripper.strip(chunk), [chunk]);
		}
		assert.equal(stripper.waits, false);
		const full = Buffer.alloc(64 * 1024);
		assert.equal(Buffer.concat(stripper.strip(full)).length, full.length - 1);
		assert.equal(stripper.waits, true);
		assert.deepEqual([...stripper.flush()], [0]);
	});
	it('passes a chunk without marks on as it is', () => {
		const chunk = Buffer.from(LINE);
		assert.deepEqual(new ChatterStripper().strip(chunk), [chunk]);
	});
});
