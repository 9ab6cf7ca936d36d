import * as vscode from 'vscode';
import { GC_STRATEGY_WORDS } from '../../analysis/runtimeWords.ts';
import type { SessionModel } from '../../analysis/sessionModel.ts';
import { GC_CHOICES, type GcChoice } from '../../protocol/panel.ts';

/** The strategy that an argument names, else the one chosen from a list; `undefined` when nothing was chosen. */
export async function chooseGcStrategy(named: unknown, { runtime }: SessionModel): Promise<GcChoice | undefined> {
	const given = GC_CHOICES.find(choice => choice === named);
	if (given) return given;
	const now: GcChoice | undefined = runtime.collector && (runtime.collector.strategy ?? 'default');
	const items = GC_CHOICES.map(choice => ({
		choice,
		label: GC_STRATEGY_WORDS[choice].label,
		detail: GC_STRATEGY_WORDS[choice].meaning,
		...(choice === now && { description: 'in force' }),
	}));
	const picked = await vscode.window.showQuickPick(items, {
		title: 'Garbage collection of the running script',
		placeHolder: 'How eagerly the script gives memory back',
	});
	return picked?.choice;
}
