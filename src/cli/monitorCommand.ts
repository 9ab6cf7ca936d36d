import { attachSession } from '../engine/attachSession.ts';
import { errors } from '../engine/errors.ts';
import { machineFacts } from '../engine/machine.ts';
import { isAlive, LEAST_INTERVAL_MS, processRssBytes } from '../engine/processRss.ts';
import type { ProfileSession } from '../engine/sessionTypes.ts';
import { memoryLevel } from '../protocol/levels.ts';
import { LiveTable } from './liveTable.ts';
import { type MonitorReading, MonitorSummary, readingLines } from './monitorFigures.ts';

export interface MonitorOptions {
	/** A process to watch from outside: its RSS. */
	pid?: number;
	/** An inspector to ask: RSS and what V8 knows. */
	address?: string;
	durationMs?: number;
	intervalMs: number;
	/** Ends it before its time. */
	signal: AbortSignal;
}

interface Watched {
	name: string;
	read(): Promise<Partial<MonitorReading> | undefined>;
	close(): Promise<void>;
}

/**
 * Shows the memory of the machine, and of a process where one is named, until the time is over, the process ends or the signal
 * aborts: a table that renews itself on a terminal, else one JSON object a line. Rejects with a UserError.
 */
export async function monitor(options: MonitorOptions, out: NodeJS.WriteStream): Promise<void> {
	const watched = await watch(options);
	const table = out.isTTY ? new LiveTable(out) : undefined;
	const summary = new MonitorSummary();
	const began = performance.now();
	// `monitor | head -1`: what nobody reads needs no measuring.
	const unread = new AbortController();
	const stop = () => unread.abort();
	out.on('error', stop).on('close', stop);
	const signal = AbortSignal.any([options.signal, unread.signal]);
	try {
		for (;;) {
			const [facts, machine] = await Promise.all([watched?.read(), machineFacts(options.pid)]);
			if (watched && !facts) break;
			const { level, reason } = memoryLevel({ ...machine, ...facts });
			const { totalBytes, availableBytes, containerLimitBytes, containerAvailableBytes } = machine;
			const reading: MonitorReading = {
				t: Math.round(performance.now() - began),
				...facts,
				availableBytes,
				totalBytes,
				...(containerLimitBytes !== undefined && { containerLimitBytes }),
				...(containerAvailableBytes !== undefined && { containerAvailableBytes }),
				level,
				reason,
			};
			summary.add(reading);
			if (table) table.show(readingLines(watched?.name, reading, summary));
			else out.write(`${JSON.stringify({ type: 'reading', ...reading })}\n`);
			const left = (options.durationMs ?? Number.POSITIVE_INFINITY) - (performance.now() - began);
			if (left <= 0 || !(await pause(Math.min(options.intervalMs, left), signal))) break;
		}
	} finally {
		out.off('error', stop).off('close', stop);
		await watched?.close();
		if (!table && !unread.signal.aborted) out.write(`${JSON.stringify({ type: 'summary', ...summary.data() })}\n`);
	}
}

/** The least distance of two readings that can be had of this kind, ms. */
export const leastIntervalMs = ({ pid }: { pid?: number }): number => (pid === undefined ? 100 : LEAST_INTERVAL_MS);

async function watch({ pid, address, intervalMs, signal }: MonitorOptions): Promise<Watched | undefined> {
	if (address !== undefined) return watchInspector(address, intervalMs, signal);
	if (pid === undefined) return undefined;
	if (!isAlive(pid)) throw errors.noSuchProcess(pid);
	return {
		name: `process ${pid}`,
		read: async () => {
			const rssBytes = await processRssBytes(pid);
			if (rssBytes !== undefined) return { rssBytes };
			// It lives but is not ours to look at: nothing but the machine can be told.
			return isAlive(pid) ? {} : undefined;
		},
		close: async () => {},
	};
}

async function watchInspector(address: string, intervalMs: number, signal: AbortSignal): Promise<Watched> {
	const samplesPerSecond = Math.min(20, Math.max(1, 1_000 / intervalMs));
	const session: ProfileSession = await attachSession({
		address,
		cwd: process.cwd(),
		signal,
		sampling: { allocations: false, samplesPerSecond },
	});
	return {
		name: `process ${session.pid ?? address}`,
		read: async () => {
			if (session.state === 'ended') return undefined;
			const { type: _, t: __, mallocedBytes: ___, ...figures } = session.model.latest ?? { type: 'sample', t: 0 };
			return figures;
		},
		close: () => session.stop(),
	};
}

/** False when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
	if (signal.aborted) return Promise.resolve(false);
	return new Promise(resolve => {
		const end = (whole: boolean) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', abort);
			resolve(whole);
		};
		const abort = () => end(false);
		const timer = setTimeout(() => end(true), ms);
		signal.addEventListener('abort', abort);
	});
}
