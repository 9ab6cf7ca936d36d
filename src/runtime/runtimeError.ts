export type RuntimeErrorCode =
	| 'invalidOption'
	| 'invalidSize'
	| 'unknownCache'
	| 'notPoolObject'
	| 'alreadyReleased'
	| 'acquireTimeout'
	| 'disposed'
	| 'wrongDecorator'
	| 'collectionUnavailable'
	| 'invalidConfig'
	| 'insufficientMemory'
	| 'fileUnreadable'
	| 'fileUnwritable'
	| 'lineTooLong'
	| 'chunkTimeout'
	| 'invalidInput'
	| 'spillUnavailable'
	| 'traceUnavailable'
	| 'gpuUnavailable'
	| 'truncated'
	| 'damaged'
	| 'unsupported'
	| 'wrongFormat'
	| 'tooLarge'
	| 'missingPackage'
	| 'missingProgram'
	| 'programFailed';

/** Every error this library throws by itself; `code` is stable, the text says what to do. */
export class MemoryManagerError extends Error {
	readonly code: RuntimeErrorCode;

	constructor(code: RuntimeErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'MemoryManagerError';
		this.code = code;
	}
}

/** The catalogue: one factory per error. */
export const runtimeErrors = {
	invalidOption: (owner: string, option: string, expected: string, value: unknown) =>
		new MemoryManagerError('invalidOption', `${owner}: "${option}" must be ${expected}, not ${shown(value)}.`),
	unknownOption: (owner: string, option: string, known: readonly string[]) =>
		new MemoryManagerError(
			'invalidOption',
			`${owner}: there is no option ${shown(option)}. The options are ${known.join(', ')}.`,
		),
	/** For two options of which one, and only one, is to be given. */
	notExactlyOne: (owner: string, one: string, other: string, both: boolean) =>
		new MemoryManagerError(
			'invalidOption',
			`${owner}: give either "${one}" or "${other}"; ${both ? 'both were' : 'neither was'} given.`,
		),
	invalidSize: (cache: string, value: unknown) =>
		new MemoryManagerError(
			'invalidSize',
			`Cache "${cache}": the size of an entry must be a number of bytes from 0 on, not ${shown(value)}. Check its sizeOf.`,
		),
	unknownCache: (name: string, known: readonly string[]) =>
		new MemoryManagerError(
			'unknownCache',
			`There is no cache named "${name}". ${known.length > 0 ? `Live caches: ${known.join(', ')}.` : 'No cache is alive.'}`,
		),
	invalidCreate: (pool: string, got: string) =>
		new MemoryManagerError(
			'invalidOption',
			`Pool "${pool}": "create" must be a function that gives a new object each time, not ${got}.`,
		),
	notPoolObject: (pool: string) =>
		new MemoryManagerError('notPoolObject', `Pool "${pool}": the object given back did not come from this pool.`),
	alreadyReleased: (pool: string) =>
		new MemoryManagerError(
			'alreadyReleased',
			`Pool "${pool}": the object was given back before. Release each acquired object once, or use pool.use().`,
		),
	acquireTimeout: (pool: string, timeoutMs: number, inUse: number) =>
		new MemoryManagerError(
			'acquireTimeout',
			`Pool "${pool}": no object became free within ${timeoutMs} ms (${inUse} in use). Release objects earlier or raise "max".`,
		),
	disposed: (what: string) => new MemoryManagerError('disposed', `${what} was disposed and cannot be used any more.`),
	wrongDecorator: () =>
		new MemoryManagerError(
			'wrongDecorator',
			'trackMemory works on functions and, as a standard decorator, on methods. Switch "experimentalDecorators" off, or wrap the function: trackMemory(name)(fn).',
		),
	collectionUnavailable: (cause: unknown) =>
		new MemoryManagerError(
			'collectionUnavailable',
			'A garbage collection cannot be forced in this process; start Node with --expose-gc.',
			{ cause },
		),
};

/** A value as a message names it: short. */
export function shown(value: unknown): string {
	const text = typeof value === 'string' ? JSON.stringify(value) : textOf(value);
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** A path as a message names it: of a long one its end, where the name of the file stands. */
export function shownPath(path: string): string {
	return JSON.stringify(path.length > 100 ? `…${path.slice(-99)}` : path);
}

/** What was caught, as a message names it. Never throws: anything can be thrown, also what has no text. */
export const messageOf = (error: unknown): string => textOf(error instanceof Error ? error.message : error);

/** An object may have no text, or a `toString` that throws. */
function textOf(value: unknown): string {
	try {
		return String(value);
	} catch {
		return `[${typeof value}]`;
	}
}
