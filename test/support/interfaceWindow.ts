import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import type { ExampleWorkspace } from './exampleWorkspace.ts';
import { copyScripts } from './interfaceWorkspace.ts';
import {
	chooseByText,
	openVscode,
	runCommand,
	screenshot,
	type Theme,
	type VscodePage,
	type VscodePageOptions,
	webviewFrame,
} from './vscodePage.ts';
import { waitFor } from './waitFor.ts';

/** Longest that the served VS Code on a busy machine may take for one step of a person. */
const STEP_MS = 20_000;

export const selectors = {
	panel: '#memory-manager-panel',
	sidebar: '#memory-manager-sidebar',
	/** The page that stands where a recording cannot be shown. */
	message: '#memory-manager-message',
} as const;

export interface TestWindowOptions extends Omit<VscodePageOptions, 'folder'> {
	readonly workspace?: () => Promise<ExampleWorkspace>;
}

/** Keeps a picture of the window when a test of this suite fails. */
export function keepPictureOfFailure(window: () => TestWindow | undefined): void {
	afterEach(async function () {
		const { currentTest } = this;
		const page = window()?.page;
		if (currentTest?.state !== 'failed' || !page) return;
		console.log(`      picture: ${await screenshot(page, `failed-${currentTest.title.replace(/\W+/g, '-')}`)}`);
	});
}

/** A window of the served VS Code on a folder of scripts, and what a person does in it. */
export class TestWindow {
	readonly page: Page;
	readonly folder: string;
	readonly vscode: VscodePage;
	readonly #workspace: ExampleWorkspace;

	private constructor(vscode: VscodePage, workspace: ExampleWorkspace) {
		this.vscode = vscode;
		this.page = vscode.page;
		this.folder = workspace.folder;
		this.#workspace = workspace;
	}

	static async open({ workspace: create = copyScripts, ...options }: TestWindowOptions = {}): Promise<TestWindow> {
		const workspace = await create();
		try {
			const vscode = await openVscode({ ...options, folder: workspace.folder });
			vscode.page.setDefaultTimeout(STEP_MS);
			return new TestWindow(vscode, workspace);
		} catch (error) {
			await workspace.remove();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.vscode.close();
		await this.#workspace.remove();
	}

	/** Changes the window's colours, and waits until this view has them. */
	async setTheme(theme: Theme, view: Frame): Promise<void> {
		await this.vscode.setTheme(theme);
		const className = { dark: 'vscode-dark', light: 'vscode-light', highContrast: 'vscode-high-contrast' }[theme];
		await view.locator(`body.${className}`).waitFor();
	}

	pathOf(name: string): string {
		return join(this.folder, name);
	}

	command(title: string): Promise<void> {
		return runCommand(this.page, title);
	}

	/** Opens a file of the workspace by its name, in an editor. */
	async openFile(name: string): Promise<void> {
		await chooseByText(this.page, name, name);
		await this.tab(name).waitFor();
	}

	/** The tab of an editor. */
	tab(name: string): Locator {
		return this.page.locator('.tabs-container .tab').filter({ hasText: name }).first();
	}

	async closeEditors(): Promise<void> {
		await this.command('View: Close All Editors');
		await waitFor(async () => (await this.page.locator('.tabs-container .tab').count()) === 0, {
			what: 'all editors to be closed',
		});
	}

	/** Opens a script and profiles it by the palette. Returns the panel. */
	async profile(name: string): Promise<Frame> {
		await this.openFile(name);
		await this.command('Profile with memory manager');
		// A window that is still settling may take the focus, and the Enter with it, from the palette.
		const panel = await this.panel(name, 20_000).catch(() => undefined);
		if (panel) return panel;
		await this.command('Profile with memory manager');
		return this.panel(name);
	}

	/** The panel that shows this script. */
	panel(title: string, deadlineMs = 30_000): Promise<Frame> {
		return waitFor(() => this.#panelOf(title), { what: `a panel on ${title}`, deadlineMs });
	}

	async #panelOf(title: string): Promise<Frame | undefined> {
		const frame = await webviewFrame(this.page, `${selectors.panel} header h1`, { deadlineMs: 2_000 });
		return (await frame.locator('h1').innerText()).includes(title) ? frame : undefined;
	}

	/** Opens the view container in the side bar. */
	async sidebar(): Promise<Frame> {
		const find = () => webviewFrame(this.page, `${selectors.sidebar} main`, { deadlineMs: 500 });
		const shown = await find().catch(() => undefined);
		if (shown) return shown;
		const item = this.page
			.locator('.activitybar .action-item')
			.filter({ has: this.page.locator('a[aria-label^="Memory Manager"]') });
		const show = async () => {
			// A click on the one that is shown would hide it; a settling window may take a click for nothing.
			if ((await item.and(this.page.locator('.checked')).count()) === 0) await item.locator('a').first().click();
			return webviewFrame(this.page, `${selectors.sidebar} main`, { deadlineMs: 10_000 });
		};
		return waitFor(show, { what: 'the side bar', deadlineMs: 60_000 });
	}

	/** `Ln 7, Col 3` of the status bar. */
	async position(): Promise<{ line: number; column: number } | undefined> {
		const text = await this.page.locator('[id="status.editor.selection"]').innerText({ timeout: 1_000 });
		const found = /Ln (\d+), Col (\d+)/.exec(text);
		return found ? { line: Number(found[1]), column: Number(found[2]) } : undefined;
	}
}
