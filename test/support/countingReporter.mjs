import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's own report; the totals also go to the file named by MEMORY_MANAGER_TEST_TOTALS, for the sum over all suites. */
// biome-ignore lint/style/noDefaultExport: Mocha takes the default export of a reporter file.
export default class CountingReporter extends Mocha.reporters.Spec {
	constructor(runner, options) {
		super(runner, options);
		const file = process.env.MEMORY_MANAGER_TEST_TOTALS;
		if (!file) return;
		runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
			const { passes, failures, pending } = runner.stats;
			writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
		});
	}
}
