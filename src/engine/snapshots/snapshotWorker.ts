/** The thread that reads a snapshot, holds it and answers questions. A bundle of its own: `dist/snapshotWorker.cjs`. */
import { statSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { HeapAnalysis } from '../../analysis/heapGraph/heapAnalysis.ts';
import { groupClasses } from '../../analysis/heapGraph/heapClasses.ts';
import { Messenger } from '../../protocol/messenger.ts';
import { queryChecks, type SnapshotPhase } from '../../protocol/snapshotView.ts';
import { UserError } from '../errors.ts';
import { readSnapshot } from './readSnapshot.ts';
import type { FromSnapshotThread, ToSnapshotThread } from './snapshotThread.ts';

/** Progress is told in steps of one percent. */
const STEPS = 100;

function serve(port: MessagePort, stop: Int32Array): void {
	let analysis: HeapAnalysis | undefined;
	const opened = (): HeapAnalysis => {
		if (!analysis) throw new Error('No snapshot is open.');
		return analysis;
	};
	const told =
		(phase: SnapshotPhase) =>
		(done: number, of = 1) => {
			// Opening is stopped by ending the thread; here the opened snapshot must stay.
			if (Atomics.load(stop, 0) !== 0) throw new Error('Reading was stopped.');
			const share = of > 0 ? Math.min(1, done / of) : 1;
			messenger.notify('progress', { phase, share: Math.floor(share * STEPS) / STEPS });
		};
	/** The code of a sentence goes ahead of the answer that has the sentence. */
	const reported = <T>(work: () => T): T => {
		try {
			return work();
		} catch (error) {
			if (error instanceof UserError) messenger.notify('failed', { code: error.code, message: error.message });
			throw error;
		}
	};
	const read = (path: string, phase: SnapshotPhase) =>
		readSnapshot(path, { onProgress: told(phase), availableBytes: process.availableMemory() });

	const messenger = new Messenger<FromSnapshotThread, ToSnapshotThread>(
		{
			post: message => port.postMessage(message),
			listen: onMessage => {
				port.on('message', onMessage);
				return () => port.off('message', onMessage);
			},
		},
		{
			open: ({ path }) =>
				reported(() => {
					const graph = read(path, 'reading');
					analysis = new HeapAnalysis(graph, told('analysing'));
					return analysis.summary(path, statSync(path).size);
				}),
			compare: ({ path }) =>
				reported(() => {
					const current = opened();
					const graph = read(path, 'comparing');
					const { by, rows } = current.compare({ graph, classes: groupClasses(graph) });
					const sum = (value: (row: (typeof rows)[number]) => number) =>
						rows.reduce((total, row) => total + value(row), 0);
					return {
						path,
						by,
						countChange: sum(({ countChange }) => countChange),
						bytesChange: sum(({ bytesChange }) => bytesChange),
						classes: rows.length,
					};
				}),
			classes: query => opened().classes(queryChecks.classes(query)),
			objects: query => opened().objects(queryChecks.objects(query)),
			retainers: query => opened().retainers(queryChecks.retainers(query)),
			path: query => opened().path(queryChecks.path(query)),
			owners: query => opened().owners(queryChecks.owners(query)),
			changes: query => opened().changes(queryChecks.changes(query)),
		},
	);
}

if (parentPort) {
	const shared: unknown = workerData;
	serve(parentPort, new Int32Array(shared instanceof SharedArrayBuffer ? shared : new SharedArrayBuffer(4)));
}
