import { existsSync } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { mem } from 'systeminformation';
import type { SessionModel } from '../../analysis/sessionModel.ts';
import { type SnapshotCost, snapshotCost } from '../../analysis/snapshotCost.ts';
import type { Logger } from '../../base/logger.ts';
import { formatMs } from '../../protocol/units.ts';
import { containerFacts } from '../containerFacts.ts';
import { errors, messageOf } from '../errors.ts';
import { ConnectionClosedError } from '../inspector/cdp.ts';
import type { SessionClock } from '../inspector/clock.ts';
import { writeHeapSnapshot } from '../inspector/snippets.ts';
import { ENGINE_KEY, type Target } from '../inspector/target.ts';
import type { SessionLog } from '../sessionLog.ts';

const PROGRESS_MS = 200;

export interface TakeSnapshotOptions {
	target: Target;
	/** Of the process that is written down. */
	model: Pick<SessionModel, 'latest' | 'process'>;
	log: Pick<SessionLog, 'add' | 'notice'>;
	clock: SessionClock;
	logger: Logger;
	path: string;
	onProgress: ((bytes: number) => void) | undefined;
	signal: AbortSignal | undefined;
}

/** Has the process write itself down, straight to disk. Rejects with the reason; what was half written goes. */
export async function takeSnapshot(options: TakeSnapshotOptions): Promise<void> {
	const { target, model, log, clock, logger, path, onProgress, signal } = options;
	await checkSnapshot(model);
	signal?.throwIfAborted();
	if (existsSync(path)) throw errors.cannotWriteSnapshot(path, new Error('there is a file of that name'));
	const began = clock.now();
	const timer = setInterval(() => {
		stat(path).then(
			({ size }) => onProgress?.(size),
			() => {
				// Not begun yet.
			},
		);
	}, PROGRESS_MS);
	const remove = () => unlink(path).catch(error => logger.trace(`No file to remove: ${messageOf(error)}`));
	// V8 cannot be interrupted while it writes: an abort answers at once, and the file goes when V8 is done with it.
	const writing = target.run(writeHeapSnapshot, ENGINE_KEY, path).then(problem => {
		if (problem !== '') throw errors.cannotWriteSnapshot(path, new Error(String(problem)));
	});
	try {
		await Promise.race([writing, aborted(signal)]);
		const { size } = await stat(path);
		const t = clock.now();
		log.add({ type: 'snapshot', t, path, bytes: size });
		const span = `from ${formatMs(began)} to ${formatMs(t)}`;
		log.notice('info', `A heap snapshot was written ${span}: what memory grew by in that time was for the snapshot.`);
	} catch (error) {
		writing.then(remove, remove);
		throw error instanceof ConnectionClosedError ? errors.notRunning() : error;
	} finally {
		clearInterval(timer);
	}
}

/** What a snapshot would take now; rejects with the reason where the machine or the container has not enough memory for it. */
export async function checkSnapshot({
	latest,
	process,
}: Pick<SessionModel, 'latest' | 'process'>): Promise<SnapshotCost | undefined> {
	const cost = snapshotCost({ latest });
	if (!cost) return undefined;
	const { available, total } = await mem();
	const { containerAvailableBytes } = containerFacts(process?.pid ?? 'self', total);
	const inContainer = containerAvailableBytes !== undefined && containerAvailableBytes < available;
	const left = inContainer ? containerAvailableBytes : available;
	if (left < cost.neededBytes) throw errors.snapshotTakesTooMuch(cost, inContainer ? 'container' : 'machine', left);
	return cost;
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
	return new Promise((_, reject) => {
		signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
	});
}
