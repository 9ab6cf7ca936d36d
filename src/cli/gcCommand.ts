import { withDeadline } from '../base/deadlines.ts';
import { deferred } from '../base/deferred.ts';
import { attachSession } from '../engine/attachSession.ts';
import { errors } from '../engine/errors.ts';
import { isAlive } from '../engine/processRss.ts';
import type { ProfileSession } from '../engine/sessionTypes.ts';
import { closeInspector, pidBehind, wakeInspector } from '../engine/wakeInspector.ts';
import type { SampleEntry } from '../protocol/entries.ts';
import { formatBytes } from '../protocol/units.ts';

const SAMPLES_PER_SECOND = 20;
const READING_MS = 10_000;

/**
 * Forces a collection in a running Node process: a process id, an inspector's port, or `host:port`. Of a bare number, an inspector that
 * answers on that port comes first. Aborted, it closes what it opened and rejects. Gives what to print. Rejects with a UserError.
 */
export async function collectIn(word: string, signal: AbortSignal): Promise<string> {
	const { address, opened } = await inspectorOf(word.trim());
	try {
		const session = await attachSession({
			address,
			cwd: process.cwd(),
			signal,
			sampling: { samplesPerSecond: SAMPLES_PER_SECOND },
		});
		try {
			const before = await nextSample(session);
			await session.collectGarbage();
			const after = await nextSample(session);
			const figure = (name: string, of: (sample: SampleEntry) => number | undefined) =>
				`  ${name.padEnd(14)} ${formatBytes(of(before)).padStart(8)} → ${formatBytes(of(after)).padStart(8)}\n`;
			return [
				`Collected in process ${session.model.process?.pid ?? address}.\n`,
				figure('Heap used', sample => sample.heapUsedBytes),
				figure('External', sample => sample.externalBytes),
				figure('Array buffers', sample => sample.arrayBuffersBytes),
				figure('RSS', sample => sample.rssBytes),
			].join('');
		} finally {
			await session.stop();
		}
	} finally {
		if (opened) await closeInspector(address);
	}
}

/** The first full sample from now on. */
function nextSample(session: ProfileSession): Promise<SampleEntry> {
	const { promise, resolve, reject } = deferred<SampleEntry>();
	const subscription = session.onDidAddEntries(entries => {
		for (const entry of entries) if (entry.type === 'sample' && entry.heapUsedBytes !== undefined) resolve(entry);
	});
	void session.ended.then(() => reject(errors.notRunning()));
	const inTime = withDeadline(promise, READING_MS, 'the process is busy and gives no figures');
	return inTime.finally(() => subscription.dispose());
}

async function inspectorOf(word: string): Promise<{ address: string; opened: boolean }> {
	if (!/^\d+$/.test(word)) {
		if (!/^.+:\d{1,5}$/.test(word)) throw errors.nothingToAskFor(word);
		return { address: word, opened: false };
	}
	const number = Number(word);
	if (number > 0 && number <= 65_535 && (await pidBehind(number)) !== undefined) {
		return { address: `127.0.0.1:${number}`, opened: false };
	}
	if (number === 0 || !isAlive(number)) throw errors.nothingToAskFor(word);
	return wakeInspector(number);
}
