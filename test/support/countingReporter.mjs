import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Mocha's own report. A test that failed and passed when it was run again is named at the end with its failure: other work on the machine
 * can hold up a child or a window for longer than a person would wait, and such a test must not go by unseen. The totals also go to the file named by MEMORY_MANAGER_TEST_TOTALS, for the sum over all suites. */
// biome-ignore lint/style/noDefaultExport: Mocha takes the default export of a reporter file.
export default class CountingReporter extends Mocha.reporters.Spec {
	constructor(runner, options) {
		super(runner, options);
		const again = [];
		runner.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (test, error) => again.push([test.fullTitle(), error]));
		runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
			for (const [title, error] of again) console.log(`  ran a second time: ${title}\n    ${error?.stack ?? error}`);
		});
		const failures = [];
		runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error) =>
			failures.push([test.fullTitle(), String(error?.message ?? error)]),
		);
		const file = process.env.MEMORY_MANAGER_TEST_TOTALS;
		if (!file) return;
		runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
			const { passes, failures, pending } = runner.stats;
			writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending, failures }));
		});
	}
}
