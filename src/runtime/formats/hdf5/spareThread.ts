import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ThreadData } from './hdf5Protocol.ts';

/** Starting a thread with the library takes longer than reading a small file: after the last it waits so long for the next. */
const SPARE_MS = 1_000;

interface Spare {
	readonly worker: Worker;
	readonly key: string;
	readonly timer: NodeJS.Timeout;
}

let spare: Spare | undefined;

const keyOf = ({ libraryUrl, pluginFolder }: ThreadData): string => `${libraryUrl}\n${pluginFolder}`;

/** A thread with the HDF5 library and no file: the one that was given back last, or a new one. */
export function takeThread(data: ThreadData): Worker {
	if (spare?.key === keyOf(data)) {
		const { worker, timer } = spare;
		clearTimeout(timer);
		forgetListeners(worker);
		spare = undefined;
		return worker;
	}
	return new Worker(threadFile(), { workerData: data, stdout: false, stderr: false });
}

/** Keeps one thread for a moment, which does not keep the process; ends any other. */
export async function giveThreadBack(worker: Worker, data: ThreadData): Promise<void> {
	if (spare) {
		await worker.terminate();
		return;
	}
	const drop = () => {
		if (spare?.worker !== worker) return;
		clearTimeout(spare.timer);
		spare = undefined;
		void worker.terminate();
	};
	forgetListeners(worker);
	worker.on('error', drop).on('exit', drop);
	worker.unref();
	spare = { worker, key: keyOf(data), timer: setTimeout(drop, SPARE_MS).unref() };
}

/** Those of its user; the worker has others of its own. */
function forgetListeners(worker: Worker): void {
	for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}

/** Beside the bundle; in the sources, beside this file. */
function threadFile(): string {
	const bundle = join(import.meta.dirname, 'hdf5Worker.cjs');
	return existsSync(bundle) ? bundle : join(import.meta.dirname, 'hdf5Worker.ts');
}
