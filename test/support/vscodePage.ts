import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { projectRoot, screenshotFolder } from '../../scripts/paths.ts';
import { type ServedVscode, settingsFile, startServedVscode } from '../../scripts/servedVscode.ts';
import { launchBrowser } from './browser.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { type WaitOptions, waitFor } from './waitFor.ts';

export { waitFor } from './waitFor.ts';

const themes = {
	light: { id: 'Light Modern', className: 'vs' },
	dark: { id: 'Dark Modern', className: 'vs-dark' },
	highContrast: { id: 'Default High Contrast', className: 'hc-black' },
} as const;

export type Theme = keyof typeof themes;

export interface VscodePageOptions {
	/** The workspace folder, an absolute path. */
	readonly folder: string;
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Seen by the extension host. */
	readonly env?: NodeJS.ProcessEnv;
	readonly theme?: Theme;
	/** `false` opens the folder in Restricted Mode. */
	readonly trust?: boolean;
	/** The extension under development, by default this project. */
	readonly extensionPath?: string;
	readonly size?: { readonly width: number; readonly height: number };
}

export interface VscodePage {
	readonly page: Page;
	readonly browser: Browser;
	readonly server: ServedVscode;
	/** Changes the colours of the open window and waits until it has them; views take them a moment later. */
	setTheme(theme: Theme): Promise<void>;
	close(): Promise<void>;
}

/** Opens a window of the served VS Code with the extension, as a user sees it. */
export async function openVscode(options: VscodePageOptions): Promise<VscodePage> {
	const { folder, theme = 'dark', trust = true, size = { width: 1440, height: 960 } } = options;
	const data = temporaryFolder('vscode');
	const closers = [data.remove];
	const close = async () => {
		for (let next = closers.pop(); next; next = closers.pop()) await next();
	};
	try {
		const server = await startServedVscode({
			extensionPath: options.extensionPath ?? projectRoot,
			serverDataDir: data.path,
			settings: { 'workbench.colorTheme': themes[theme].id, ...options.settings },
			workspaceTrust: trust ? 'granted' : 'restricted',
			...(options.env && { env: options.env }),
		});
		closers.push(() => server.stop());
		const browser = await launchBrowser();
		closers.push(() => browser.close());
		const page = await browser.newPage({ viewport: size });
		await page.goto(server.url({ folder }));
		// The window opens in its default colours and takes the chosen ones with the settings of the server.
		await page.locator(`.monaco-workbench.${themes[theme].className}`).waitFor({ timeout: 60_000 });
		await page.locator('.statusbar-item').first().waitFor({ timeout: 60_000 });
		const setTheme = async (chosen: Theme) => {
			const file = settingsFile(data.path);
			const settings: unknown = JSON.parse(await readFile(file, 'utf8'));
			await writeFile(file, JSON.stringify(Object.assign({}, settings, { 'workbench.colorTheme': themes[chosen].id })));
			await page.locator(`.monaco-workbench.${themes[chosen].className}`).waitFor({ timeout: 60_000 });
		};
		return { page, browser, server, setTheme, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Runs a command by its title, as a user does: F1, type, Enter. Waits for a command that is still being contributed. */
export function runCommand(page: Page, title: string): Promise<void> {
	return chooseByText(page, `>${title}`, title);
}

/**
 * F1, type, Enter on the row with this text. A view that takes the focus late closes the input again, and the list is computed
 * when the text changes: whatever went wrong, it is opened and typed anew.
 */
export async function chooseByText(page: Page, text: string, row: string): Promise<void> {
	const input = page.locator('.quick-input-widget:visible input').first();
	const chosen = page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: row }).first();
	const typed = async () => {
		if (!(await input.isVisible())) await page.keyboard.press('F1');
		await input.fill('>', { timeout: 1000 });
		await input.fill(text, { timeout: 1000 });
		await chosen.waitFor({ timeout: 1000 });
		return true;
	};
	await waitFor(typed, { what: `"${row}" in the list of "${text}"` });
	await page.keyboard.press('Enter');
}

/** The innermost frame of the webview that holds `rootSelector`; VS Code nests two and swaps the inner one while loading. */
export function webviewFrame(page: Page, rootSelector: string, options: WaitOptions = {}): Promise<Frame> {
	return waitFor(() => frameWith(page, rootSelector), { what: `a webview with ${rootSelector}`, ...options });
}

async function frameWith(page: Page, rootSelector: string): Promise<Frame | undefined> {
	for (const frame of page.frames()) {
		if (frame === page.mainFrame() || frame.isDetached()) continue;
		// A frame that loads again while it is asked does not have it yet.
		const found = await frame.$(rootSelector).catch(() => null);
		if (found) return frame;
	}
	return undefined;
}

/** Keeps a picture as an artefact and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
	await mkdir(screenshotFolder, { recursive: true });
	const path = join(screenshotFolder, `${name}.png`);
	await page.screenshot({ path });
	return path;
}
