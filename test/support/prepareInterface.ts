import { chromium } from '../../scripts/chromium.ts';
import { installServedVscode } from '../../scripts/installServedVscode.ts';

/** Before the first test, so that no test's time limit pays for a download. */
export async function mochaGlobalSetup(): Promise<void> {
	await installServedVscode();
	await chromium();
}
