import * as vscode from 'vscode';
import { isCount, isString, shape } from '../../protocol/guards.ts';
import { extensionErrors } from '../extensionErrors.ts';
import type { PanelManager } from '../panel/panelManager.ts';
import type { SessionStore } from '../sessions/sessionStore.ts';
import type { LineAnnotations } from './lineAnnotations.ts';

interface Place {
	file: string;
	line: number;
}

const isPlace = shape({ file: isString, line: isCount }) as (value: unknown) => value is Place;

/** Finds a line in the panel's flame graph: the one that is named, else the one that the cursor is on. */
export function showLine(
	place: unknown,
	{ store, annotations, panel }: { store: SessionStore; annotations: LineAnnotations; panel: PanelManager },
): void {
	if (!store.shown) throw extensionErrors.noSession();
	const editor = vscode.window.activeTextEditor;
	if (isPlace(place)) panel.focusLine({ file: place.file, line: place.line });
	else if (editor) panel.focusLine(annotations.placeAt(editor));
}
