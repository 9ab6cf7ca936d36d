/** The thread that holds the HDF5 library: WebAssembly's memory never shrinks, and goes with its thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { confined } from './confinement.ts';
import type { Content } from './content.ts';
import {
	type Failure,
	type FileRequest,
	type FromThread,
	Refusal,
	type Requests,
	rootCause,
	type ThreadData,
	type ToThread,
} from './hdf5Protocol.ts';
import {
	closeFile,
	type Instance,
	LoadError,
	loadLibrary,
	memoryOf,
	type OpenFile,
	openFile,
	withTrueName,
} from './library.ts';
import { attempt, RENEW, type Steps } from './renewal.ts';
import { datasetOf, walk } from './walk.ts';

type Piece = Requests[keyof Requests][1];

interface Stream {
	readonly steps: Steps<Piece>;
	file: OpenFile | undefined;
}

/** A thread is used for another file as long as its library has not grown and failures have left no more behind than this. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
const MOST_LEFT_BYTES = 192 * 1024 * 1024;

const data = workerData as ThreadData;
const streams = new Map<number, Stream>();
let request: FileRequest | undefined;
let current: OpenFile | undefined;
/** With no file in it. */
let idle: Instance | undefined;
let openFailure: Failure | undefined;
/** What could not be read of the file: it is not asked for again. */
let damages = new Map<string, string>();
/** Memory of instances that were given up, until it is collected. */
let leftBytes = 0;
/** Messages are gone through one after another; loading the library takes a while. */
let queue = Promise.resolve();

parentPort?.on('message', (message: ToThread) => {
	queue = queue.then(() => receive(message));
});

async function receive(message: ToThread): Promise<void> {
	switch (message.type) {
		case 'open':
			request = message.file;
			openFailure = undefined;
			damages = new Map();
			break;
		case 'begin':
			await begin(message);
			break;
		case 'next':
			if (message.spare) current?.content.giveBack(message.spare);
			await step(message.id);
			break;
		case 'end':
			end(message.id);
			break;
		case 'close':
			close();
	}
}

async function begin(message: ToThread & { type: 'begin' }): Promise<void> {
	const file = await fileInUse();
	if (!file && !openFailure) return;
	streams.set(message.id, { steps: stepsOf(message, file?.content), file: file && taken(file) });
}

function* stepsOf(message: ToThread & { type: 'begin' }, content: Content | undefined): Steps<Piece> {
	if (!content) throw openRefusal();
	switch (message.name) {
		case 'structure':
			yield* walk(content);
			break;
		case 'dataset': {
			const path = message.argument;
			const { value } = yield* attempt(content, now => datasetAt(now, path));
			yield value;
			break;
		}
		case 'target': {
			const path = message.argument;
			const target = (now: Content) => (now.typeOf(path) === 'dataset' ? datasetOf(now, path) : undefined);
			const { value } = yield* attempt(content, target);
			yield value;
			break;
		}
		default:
			yield* content.slabs(message.argument, message.name === 'whole');
	}
}

function datasetAt(content: Content, path: string): Piece {
	const type = content.typeOf(path);
	if (type === 'dataset') return datasetOf(content, path);
	throw new Refusal('missing', type === undefined ? `There is no ${path}` : `${path} is a ${type}, no dataset`);
}

/** What streams that begin now read from. `undefined`: it cannot be opened, and `openFailure` says why, or was told already. */
async function fileInUse(): Promise<OpenFile | undefined> {
	if (current || openFailure || !request) return current;
	try {
		idle ??= await loadLibrary(data);
	} catch (error) {
		if (!(error instanceof LoadError)) throw error;
		post({ type: 'broken', message: messageOf(error.cause) });
		return undefined;
	}
	const instance = idle;
	idle = undefined;
	try {
		current = openFile(instance, request, data.pluginFolder, damages);
	} catch (error) {
		leftBytes += memoryOf(instance);
		openFailure = failureOf(error, (error as { session?: OpenFile['session'] }).session);
	}
	return current;
}

const openRefusal = () => new Refusal(openFailure?.kind ?? 'library', openFailure?.message ?? 'it cannot be opened');

function taken(file: OpenFile): OpenFile {
	file.users++;
	return file;
}

function leave(file: OpenFile | undefined): void {
	if (file && --file.users === 0 && file.spoiled) closeFile(file);
}

function spoil(file: OpenFile): void {
	if (!file.spoiled) leftBytes += memoryOf(file.instance);
	file.spoiled = true;
	if (current === file) current = undefined;
}

async function step(id: number): Promise<void> {
	const stream = streams.get(id);
	if (!stream) return;
	try {
		for (;;) {
			const { done, value } = stepIn(stream);
			if (value === RENEW) {
				await renew(stream);
			} else if (done) {
				forget(id, stream);
				return post({ type: 'done', id });
			} else {
				return post({ type: 'piece', id, piece: value as Piece }, transfers(value as Piece));
			}
		}
	} catch (error) {
		const { file } = stream;
		const failure = failureOf(error, file?.session);
		if (file && failure.kind !== 'unsupported' && failure.kind !== 'missing') spoil(file);
		if (file && failure.kind === 'crashed') file.crashed = true;
		forget(id, stream);
		const spent = leftBytes > Math.min(MOST_LEFT_BYTES, request?.maxMemoryBytes ?? 0);
		post({ type: 'failed', id, failure, spent });
	}
}

function stepIn({ steps, file }: Stream): IteratorResult<Piece | typeof RENEW, void> {
	if (!file) return steps.next();
	if (file.crashed) throw new Refusal('crashed', 'another reading of it has ended the library');
	return confined(file.session, () => steps.next(file.content));
}

/** After a failure that was dealt with: another instance reads on. */
async function renew(stream: Stream): Promise<void> {
	if (stream.file) spoil(stream.file);
	leave(stream.file);
	stream.file = undefined;
	const file = await fileInUse();
	if (!file) throw openRefusal();
	stream.file = taken(file);
}

function forget(id: number, { file }: Stream): void {
	streams.delete(id);
	leave(file);
}

function end(id: number): void {
	const stream = streams.get(id);
	if (!stream) return;
	const { steps, file } = stream;
	if (file && !file.crashed) confined(file.session, () => steps.return());
	forget(id, stream);
}

function close(): void {
	for (const id of [...streams.keys()]) end(id);
	if (current && closeFile(current)) idle = current.instance;
	else if (current) leftBytes += memoryOf(current.instance);
	current = undefined;
	request = undefined;
	const reusable = (idle ? memoryOf(idle) : 0) <= MOST_KEPT_BYTES && leftBytes <= MOST_LEFT_BYTES;
	post({ type: 'closed', reusable });
}

/** Arrays of numbers go over without being copied. */
function transfers(piece: Piece): ArrayBuffer[] {
	if (!piece || !('data' in piece) || !ArrayBuffer.isView(piece.data)) return [];
	return [piece.data.buffer as ArrayBuffer];
}

function failureOf(error: unknown, session: OpenFile['session'] | undefined): Failure {
	const [other] = session?.denied.splice(0) ?? [];
	const message = messageOf(error);
	if (other !== undefined) return { kind: 'otherFile', message: other };
	if (error instanceof Refusal) return { kind: error.kind, message };
	// WebAssembly's: a memory access out of bounds, an end without return.
	if (error instanceof Error && error.name === 'RuntimeError') return { kind: 'crashed', message };
	const words = rootCause(withTrueName(message, request?.path ?? ''));
	return { kind: /alloc/i.test(words) && /memory|space|fail/i.test(words) ? 'memory' : 'library', message: words };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function post(message: FromThread, transfer: ArrayBuffer[] = []): void {
	parentPort?.postMessage(message, transfer);
}
