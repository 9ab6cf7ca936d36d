import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suiteBegins, suiteEnds } from '../support/hostMarkers.ts';

const suffix = '.test.ts';

/** Called by VS Code in its extension host. Rejects, and so gives exit code 1, when a test failed. */
export async function run(): Promise<void> {
	const { default: Mocha } = await import('mocha');
	const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, retries: 1, reporter: 'spec' });
	mocha.suite.emit('pre-require', globalThis, '', mocha);
	for (const name of suiteNames()) {
		// The bundler turns this into one branch for each file of the folder.
		await import(`./${name}.test.ts`);
	}
	console.log(suiteBegins);
	const { passed, failed } = await runAll(mocha);
	console.log(suiteEnds);
	if (passed + failed === 0) throw new Error('No test was executed.');
	if (failed > 0) throw new Error(`${failed} of ${passed + failed} tests failed`);
}

/** The suites of this folder, found from `dist/test/`, where the bundle lies. */
function suiteNames(): string[] {
	const files = readdirSync(join(__dirname, '..', '..', 'test', 'host'), { recursive: true, encoding: 'utf8' });
	const suites = files.filter(file => file.endsWith(suffix)).sort();
	return suites.map(file => file.slice(0, -suffix.length).replaceAll('\\', '/'));
}

function runAll(mocha: Mocha): Promise<{ passed: number; failed: number }> {
	const failedTests: [string, string][] = [];
	return new Promise((resolve, reject) => {
		const runner = mocha.run(failed => {
			const { passes: passed = 0, pending: skipped = 0 } = runner.stats ?? {};
			const file = process.env.MEMORY_MANAGER_TEST_TOTALS;
			try {
				if (file) writeFileSync(file, JSON.stringify({ passed, failed, skipped, failures: failedTests }));
				resolve({ passed, failed });
			} catch (error) {
				reject(error);
			}
		});
		runner.on('fail', (test, error: Error) => failedTests.push([test.fullTitle(), String(error.message)]));
	});
}
