import type { Frame } from 'playwright-core';
import type { PanelTab } from '../../src/protocol/panel.ts';
import { waitFor } from './waitFor.ts';

const UNITS: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** Bytes from the text of a figure, as `formatBytes` writes it; undefined where nothing was measured. */
export function bytesOf(text: string): number | undefined {
	const found = /(\d+(?:\.\d+)?)\s(B|KB|MB|GB)/.exec(text);
	return found ? Number(found[1]) * (UNITS[found[2] ?? ''] ?? Number.NaN) : undefined;
}

/** What the legend says of a series now. */
export async function legendBytes(panel: Frame, label: string): Promise<number | undefined> {
	const item = panel.locator('.legend-item').filter({ hasText: label }).first();
	return bytesOf(await item.locator('.legend-value').innerText({ timeout: 2_000 }));
}

export const stateText = (panel: Frame): Promise<string> => panel.locator('.header .state').innerText();

export async function waitForState(panel: Frame, text: string, deadlineMs = 60_000): Promise<void> {
	await waitFor(async () => (await stateText(panel)).includes(text), { what: `the state "${text}"`, deadlineMs });
}

export async function showTab(panel: Frame, tab: PanelTab): Promise<void> {
	await panel.locator(`#tab-${tab}`).click();
	await panel.locator(`#tab-${tab}[aria-selected="true"]`).waitFor();
}

/** The cell of a row that holds `text`, by the column's id. */
export async function cellText(panel: Frame, table: string, text: string, column: string): Promise<string> {
	const row = panel.locator(`.table-${table} tbody tr`).filter({ hasText: text }).first();
	return row.locator(`.column-${column}`).innerText({ timeout: 2_000 });
}

/** A fact of the tab *Process*, by its label. */
export function fact(panel: Frame, label: string): Promise<string> {
	const row = panel.locator('.fact').filter({ has: panel.locator('dt', { hasText: new RegExp(`^${label}$`) }) });
	return row.locator('dd').innerText({ timeout: 2_000 });
}
