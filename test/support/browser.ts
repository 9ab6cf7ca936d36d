import { type Browser, chromium as playwright } from 'playwright-core';
import { chromium } from '../../scripts/chromium.ts';

const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
	return playwright.launch({ executablePath: await chromium(), args: flags });
}
