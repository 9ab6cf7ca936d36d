import * as vscode from 'vscode';
import { HEAT_SHARES } from './lineTexts.ts';

/** Colour and length together, so that the heat is not told by colour alone. */
const COLOURS = {
	dark: ['#5f9ea0', '#d7ba7d', '#ce8a3c', '#f14c4c'],
	light: ['#3b7a7c', '#9a7500', '#b85c00', '#c72e2e'],
} as const;

function icon(colour: string, heat: number): vscode.Uri {
	const height = ((heat + 1) / HEAT_SHARES.length) * 14;
	const svg =
		`<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">` +
		`<rect x="5" y="${15 - height}" width="6" height="${height}" rx="1" fill="${colour}"/></svg>`;
	return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
}

/** One decoration for each degree of heat; whoever asks disposes of them. */
export function heatDecorations(): vscode.TextEditorDecorationType[] {
	return HEAT_SHARES.map((_, heat) =>
		vscode.window.createTextEditorDecorationType({
			isWholeLine: true,
			rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
			overviewRulerLane: vscode.OverviewRulerLane.Left,
			dark: { gutterIconPath: icon(COLOURS.dark[heat] ?? '', heat), overviewRulerColor: COLOURS.dark[heat] ?? '' },
			light: { gutterIconPath: icon(COLOURS.light[heat] ?? '', heat), overviewRulerColor: COLOURS.light[heat] ?? '' },
			gutterIconSize: 'contain',
			after: { margin: '0 0 0 2em', color: new vscode.ThemeColor('editorCodeLens.foreground') },
		}),
	);
}
