import { signal } from '@preact/signals';

/** Colours for canvases, read from VS Code's variables. */
export interface Theme {
	foreground: string;
	background: string;
	muted: string;
	grid: string;
	focus: string;
	/** Set in high contrast themes only. */
	contrastBorder: string | undefined;
	blue: string;
	green: string;
	orange: string;
	purple: string;
	red: string;
	yellow: string;
	highlight: string;
	font: string;
	monoFont: string;
}

export type HueName = 'blue' | 'green' | 'orange' | 'purple' | 'red' | 'yellow';

export function readTheme(): Theme {
	const style = getComputedStyle(document.body);
	const read = (...names: string[]): string => {
		for (const name of names) {
			const value = style.getPropertyValue(`--vscode-${name}`).trim();
			if (value) return value;
		}
		return style.color;
	};
	const contrast = style.getPropertyValue('--vscode-contrastBorder').trim();
	const inContrast = document.body.classList.contains('vscode-high-contrast');
	return {
		foreground: read('editor-foreground', 'foreground'),
		background: read('editor-background'),
		muted: `color-mix(in srgb, ${read('foreground')} 75%, transparent)`,
		grid: `color-mix(in srgb, ${read('foreground')} 18%, transparent)`,
		focus: read('focusBorder'),
		contrastBorder: inContrast && contrast ? contrast : undefined,
		blue: read('charts-blue'),
		green: read('charts-green'),
		// The orange of charts is a translucent highlight that fades on white and is missing in high contrast.
		orange: read('symbolIcon-classForeground', 'charts-orange'),
		purple: read('charts-purple'),
		red: read('charts-red'),
		yellow: read('charts-yellow'),
		highlight: read('editor-findMatchHighlightBackground', 'charts-yellow'),
		font: style.fontFamily,
		monoFont: read('editor-font-family'),
	};
}

/** Follows theme changes: VS Code rewrites the classes of the body and the variables on the root element. */
export function createThemeSignal() {
	const theme = signal(readTheme());
	const observer = new MutationObserver(() => {
		theme.value = readTheme();
	});
	observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
	observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
	return theme;
}
