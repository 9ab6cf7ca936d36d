import assert from 'node:assert/strict';
import { table } from '../../../src/cli/table.ts';

describe('table', () => {
	it('aligns columns by characters', () => {
		const lines = table(
			[
				{ name: 'é𝒳', n: 5 },
				{ name: 'long', n: 123 },
			],
			[
				{ title: 'name', value: row => row.name },
				{ title: 'n', value: row => String(row.n), align: 'right' },
			],
		);
		assert.deepEqual(lines, ['name    n', 'é𝒳      5', 'long  123']);
	});

	it('is nothing without rows', () => {
		assert.deepEqual(table([], [{ title: 'name', value: () => '' }]), []);
	});
});
