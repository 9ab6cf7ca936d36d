import { basename } from 'node:path';
import * as vscode from 'vscode';
import { readRecording } from '../../engine/recordingFile.ts';
import { formatBytes, formatCount } from '../../protocol/units.ts';
import { type ShownSession, shownRecording } from '../sessions/sessionStore.ts';

/** Reads a recording with a progress that can be cancelled. Rejects as `readRecording` does, or with an `AbortError`. */
export function openRecordingFile(
	path: string,
	onDidCancel: vscode.CancellationToken,
	log: vscode.LogOutputChannel,
): Promise<ShownSession> {
	const options = {
		location: vscode.ProgressLocation.Notification,
		title: `Opening ${basename(path)}`,
		cancellable: true,
	};
	const abort = new AbortController();
	onDidCancel.onCancellationRequested(() => abort.abort());
	const read = async (progress?: vscode.Progress<{ message?: string; increment?: number }>) => {
		let percent = 0;
		const opened = await readRecording(path, {
			signal: abort.signal,
			onProgress: (bytes, total) => {
				const now = total > 0 ? Math.floor((bytes / total) * 100) : 0;
				if (now <= percent) return;
				progress?.report({ increment: now - percent, message: `${formatBytes(bytes)} of ${formatBytes(total)}` });
				percent = now;
			},
		});
		if (opened.skippedBytes > 0)
			log.info(
				`"${path}": its first ${formatBytes(opened.skippedBytes)} were not read again: a checkpoint stands for them.`,
			);
		for (const sentence of faultsOf(opened)) log.warn(`"${path}": ${sentence}`);
		for (const message of faultsOf(opened)) {
			opened.model.apply({ type: 'notice', t: opened.model.now, severity: 'warning', message });
		}
		return shownRecording(opened.model, path);
	};
	return Promise.resolve(
		vscode.window.withProgress(options, (progress, token) => {
			token.onCancellationRequested(() => abort.abort());
			return read(progress);
		}),
	);
}

function faultsOf(opened: { damagedLines: number; unknownEntries: number; cutLastLine: boolean }): string[] {
	const faults: string[] = [];
	if (opened.cutLastLine)
		faults.push('The writer was interrupted inside the last line; everything before it is shown.');
	if (opened.damagedLines > 0) faults.push(`${formatCount(opened.damagedLines)} damaged lines were left out.`);
	if (opened.unknownEntries > 0) {
		faults.push(
			`${formatCount(opened.unknownEntries)} entries of a kind that this version does not know were left out.`,
		);
	}
	return faults;
}
