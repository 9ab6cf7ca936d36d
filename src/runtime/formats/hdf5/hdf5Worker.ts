/** The thread that holds the HDF5 library: WebAssembly's memory never shrinks, and goes with its thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { Content } from './content.ts';
import {
	type Failure,
	type FromThread,
	Refusal,
	type Requests,
	type ThreadData,
	type ToThread,
} from './hdf5Protocol.ts';
import { LoadError, type OpenLibrary, openLibrary, withTrueName } from './library.ts';
import { datasetOf, walk } from './walk.ts';

type Piece = Requests[keyof Requests][1];

const data = workerData as ThreadData;
const streams = new Map<number, Generator<Piece, void, undefined>>();
let opened: OpenLibrary | undefined;
let content: Content | undefined;
/** Messages wait for the library. */
let ready: Promise<void> | undefined;

parentPort?.on('message', (message: ToThread) => {
	ready ??= open();
	void ready.then(() => receive(message));
});

async function open(): Promise<void> {
	try {
		opened = await openLibrary(data);
		content = new Content(opened.library, opened.file, data);
	} catch (error) {
		if (error instanceof LoadError) post({ type: 'broken', message: messageOf(error.cause) });
		else openFailure = failureOf(error);
	}
}

let openFailure: Failure | undefined;

function receive(message: ToThread): void {
	const { id } = message;
	if (message.type === 'begin') {
		streams.set(id, begin(message));
		return;
	}
	if (message.type === 'next' && message.spare) content?.giveBack(message.spare);
	const stream = streams.get(id);
	if (!stream) return;
	if (message.type === 'end') {
		streams.delete(id);
		stream.return();
		return;
	}
	try {
		const { done, value } = stream.next();
		if (done) {
			streams.delete(id);
			post({ type: 'done', id });
		} else {
			post({ type: 'piece', id, piece: value as Piece }, transfers(value));
		}
	} catch (error) {
		streams.delete(id);
		post({ type: 'failed', id, failure: failureOf(error) });
	}
}

function* begin(message: ToThread & { type: 'begin' }): Generator<Piece, void, undefined> {
	if (openFailure) throw new Refusal(openFailure.kind, openFailure.message);
	if (!opened || !content) return;
	switch (message.name) {
		case 'structure':
			yield* walk(content);
			break;
		case 'dataset':
			yield datasetAt(content, message.argument);
			break;
		case 'target':
			yield content.typeOf(message.argument) === 'dataset' ? datasetOf(content, message.argument) : undefined;
			break;
		default:
			yield* content.slabs(message.argument, message.name === 'whole');
	}
}

function datasetAt(content: Content, path: string): Piece {
	const type = content.typeOf(path);
	if (type === 'dataset') return datasetOf(content, path);
	throw new Refusal('missing', type === undefined ? `There is no ${path}` : `${path} is a ${type}, no dataset`);
}

/** Arrays of numbers go over without being copied. */
function transfers(piece: Piece): ArrayBuffer[] {
	if (!piece || !('data' in piece) || !ArrayBuffer.isView(piece.data)) return [];
	return [piece.data.buffer as ArrayBuffer];
}

function failureOf(error: unknown): Failure {
	const other = opened?.takeDenied() ?? [];
	const message = messageOf(error);
	if (other.length > 0) return { kind: 'otherFile', message: other[0] ?? '' };
	if (error instanceof Refusal) return { kind: error.kind, message };
	// WebAssembly's: a memory access out of bounds, an end without return.
	if (error instanceof Error && error.name === 'RuntimeError') return { kind: 'crashed', message };
	const words = rootCause(withTrueName(message, data.path));
	return { kind: /alloc/i.test(words) && /memory|space|fail/i.test(words) ? 'memory' : 'library', message: words };
}

/** HDF5's errors are lists of calls, the innermost last: `#003: H5Fsuper.c line 609 in H5F__super_read(): truncated file`. */
function rootCause(message: string): string {
	const causes = [...message.matchAll(/#\d+: .*?\(\): (.+)/g)];
	return causes.at(-1)?.[1]?.trim() ?? message.split('\n', 1)[0] ?? message;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function post(message: FromThread, transfer: ArrayBuffer[] = []): void {
	parentPort?.postMessage(message, transfer);
}
