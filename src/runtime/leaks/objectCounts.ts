import { types } from 'node:util';
import type { InspectorSession } from './inspectorSession.ts';

/** Different names kept apart; what comes after counts under its constructor alone. */
const MAX_LABELS = 5_000;
const SHOWN_KEYS = 4;
/** Objects that are asked where they are defined. */
const MOST_ASKED = 32;
const COUNTER = Symbol.for('memory-manager.objectCounter');
const GROUP = 'memory-manager.objects';

type Visit = (objects: readonly object[]) => void;

/**
 * Counts every live object that inherits from `Object.prototype` of this realm. Forces a full collection and looks at each
 * object: some 12 ms for each MB of a dense heap. `session` is one of its own. Throws where the inspector fails.
 */
export function countObjects(session: InspectorSession): Map<string, number> {
	const counts = new Map<string, number>();
	withAllObjects(session, objects => {
		const names = new Map<object, string>();
		for (const object of objects) count(counts, names, object);
	});
	return counts;
}

/**
 * Where the functions or the class of this label are defined: asked of some of the objects so labelled, and known when most agree.
 */
export function definitionOf(session: InspectorSession, label: string): FunctionPlace | undefined {
	const found: object[] = [];
	withAllObjects(session, objects => {
		const names = new Map<object, string>();
		for (const object of objects) if (labelOf(names, object) === label) found.push(object);
	});
	const every = Math.max(1, Math.floor(found.length / MOST_ASKED));
	const votes = new Map<string, { place: FunctionPlace; count: number }>();
	let asked = 0;
	for (let i = 0; i < found.length; i += every) {
		asked++;
		const object = found[i] ?? {};
		const definer = typeof object === 'function' ? object : constructorOf(Object.getPrototypeOf(object));
		const place = definer && placeOf(session, definer);
		if (!place) continue;
		const key = `${place.scriptId}:${place.lineNumber}:${place.columnNumber}`;
		votes.set(key, { place, count: (votes.get(key)?.count ?? 0) + 1 });
	}
	return [...votes.values()].find(({ count: agreed }) => agreed > asked / 2)?.place;
}

/** The file or URL of a script, as far as V8 still knows it. */
export function scriptUrl(session: InspectorSession, scriptId: string): string | undefined {
	let url: string | undefined;
	// Told at once, for each script there is; nothing of the program runs before the debugger is off again.
	session.during('Debugger', 'Debugger.scriptParsed', (script: { scriptId: string; url: string }) => {
		if (script.scriptId === scriptId) url = script.url;
	});
	return url;
}

export interface FunctionPlace {
	scriptId: string;
	/** 0-based. */
	lineNumber: number;
	columnNumber: number;
}

interface Remote {
	objectId: string;
}

/** The inspector can find all objects but only hand them to a function that it can see: ours is a global for a moment. */
function withAllObjects(session: InspectorSession, visit: Visit): void {
	const prototype = session.post<{ result: Remote }>('Runtime.evaluate', {
		expression: 'Object.prototype',
		objectGroup: GROUP,
	});
	try {
		const { objects } = session.post<{ objects: Remote }>('Runtime.queryObjects', {
			prototypeObjectId: prototype.result.objectId,
			objectGroup: GROUP,
		});
		const visitor = remote(session, visit);
		const { exceptionDetails } = session.post<{ exceptionDetails?: { text: string } }>('Runtime.callFunctionOn', {
			objectId: objects.objectId,
			functionDeclaration: 'function (visit) { visit(this); }',
			arguments: [{ objectId: visitor.objectId }],
		});
		if (exceptionDetails) throw new Error(exceptionDetails.text);
	} finally {
		session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
	}
}

function remote(session: InspectorSession, value: object): Remote {
	const globals = globalThis as unknown as Record<symbol, unknown>;
	Object.defineProperty(globals, COUNTER, { value, enumerable: false, configurable: true });
	try {
		const expression = `globalThis[Symbol.for(${JSON.stringify(COUNTER.description)})]`;
		return session.post<{ result: Remote }>('Runtime.evaluate', { expression, objectGroup: GROUP }).result;
	} finally {
		Reflect.deleteProperty(globals, COUNTER);
	}
}

function placeOf(session: InspectorSession, fn: object): FunctionPlace | undefined {
	try {
		const { internalProperties = [] } = session.post<{ internalProperties?: InternalProperty[] }>(
			'Runtime.getProperties',
			{
				objectId: remote(session, fn).objectId,
				ownProperties: true,
			},
		);
		return internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
	} finally {
		session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
	}
}

interface InternalProperty {
	name: string;
	value?: { value?: FunctionPlace };
}

function count(counts: Map<string, number>, names: Map<object, string>, object: object): void {
	const label = labelOf(names, object);
	const key = counts.has(label) || counts.size < MAX_LABELS ? label : 'others';
	counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Runs none of the program's code: no proxies are asked, no getters. */
function labelOf(names: Map<object, string>, object: object): string {
	if (types.isProxy(object)) return 'Proxy';
	if (typeof object === 'function') return `function ${ownName(object) || '(anonymous)'}`;
	const prototype: object | null = Object.getPrototypeOf(object);
	if (prototype === null) return 'Object';
	if (prototype === Object.prototype) return `Object ${shapeOf(object)}`;
	let name = names.get(prototype);
	if (name === undefined) {
		const definer = types.isProxy(prototype) ? undefined : constructorOf(prototype);
		name = (definer && ownName(definer)) || '(unnamed)';
		names.set(prototype, name);
	}
	return name;
}

function shapeOf(object: object): string {
	const keys: string[] = [];
	for (const key in object) {
		if (keys.length === SHOWN_KEYS) return `{${keys.join(', ')}, …}`;
		keys.push(key.length > 40 ? `${key.slice(0, 39)}…` : key);
	}
	return `{${keys.join(', ')}}`;
}

function constructorOf(prototype: object): object | undefined {
	const value: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
	return typeof value === 'function' ? value : undefined;
}

function ownName(fn: object): string {
	if (types.isProxy(fn)) return '';
	const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
	return typeof name === 'string' ? name : '';
}
