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
				const left = [...chunks.flatMap(chunk => stripper.strip(chunk)), stripper.flush()];
				assert.equal(Buffer.concat(left).toString(), expected);
			}
	});
	it('passes a chunk without marks on as it is', () => {
		const chunk = Buffer.from(LINE);
		assert.deepEqual(new ChatterStripper().strip(chunk), [chunk]);
	});
});
