import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Frame } from 'playwright-core';

const require = createRequire(import.meta.url);
/** The one that AxeBuilder carries. AxeBuilder itself looks at pages; a webview is the innermost of three nested frames. */
const { source } = createRequire(require.resolve('@axe-core/playwright'))('axe-core') as { source: string };

/** Webviews are transparent: axe cannot see what VS Code paints behind the frame and would take it for white. */
const BACKGROUNDS = {
	panel: '--vscode-editor-background',
	sidebar: '--vscode-sideBar-background',
	snapshot: '--vscode-editor-background',
};

/** What axe holds for serious or critical in a webview, one line for each place. */
export async function seriousFaults(frame: Frame, place: keyof typeof BACKGROUNDS): Promise<string[]> {
	await frame.evaluate(`document.documentElement.style.backgroundColor = 'var(${BACKGROUNDS[place]})'`);
	await frame.evaluate(source);
	const results = await frame.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
	return results.violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.flatMap(({ id, impact, nodes }) =>
			nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target.join(' ')}: ${failureSummary}`),
		);
}
