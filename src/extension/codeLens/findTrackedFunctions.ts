import { type ParserPlugin, parse } from '@babel/parser';
import type { RegionKind } from '../../protocol/entries.ts';
import { isNumber, isRecord, isString } from '../../protocol/guards.ts';
import { RUNTIME_PACKAGE } from '../../protocol/runtimeLink.ts';
import { type Bindings, EMPTY_BINDINGS, scopeOf } from './runtimeBindings.ts';
import { type AstNode, isNode, regionKind } from './syntax.ts';

/** A place where the source asks for a region of memory. Lines and columns are 1-based, as the runtime reports them. */
export interface TrackedFunction {
	kind: RegionKind;
	/** Absent when it is computed at run time. */
	name: string | undefined;
	line: number;
	column: number;
}

/** Deeper code is not written by people, and a stack has an end. */
const MAX_DEPTH = 2_000;

/**
 * Finds every `region(name, …)`, `trackMemory(name)` (call or decorator), `new MemoryTracker(name)`, `optimizeForMemory(fn)` and
 * `memoryManagement(fn)` whose function comes from the runtime: imported by name, alias or namespace, or required. Code that cannot be parsed gives what was understood.
 */
export function findTrackedFunctions(source: string, fileName: string): TrackedFunction[] {
	// Nearly all files end here: no parsing without the package's name.
	if (!source.includes(RUNTIME_PACKAGE)) return [];
	const program = programOf(source, fileName);
	if (!program) return [];
	const found: TrackedFunction[] = [];
	visit(program, EMPTY_BINDINGS, 0, found);
	return found.sort((a, b) => a.line - b.line || a.column - b.column);
}

function programOf(source: string, fileName: string): AstNode | undefined {
	try {
		const file: unknown = parse(source, {
			sourceType: /\.c[jt]s$/.test(fileName) ? 'commonjs' : 'module',
			errorRecovery: true,
			attachComment: false,
			...(!/\.c[jt]s$/.test(fileName) && { allowReturnOutsideFunction: true }),
			allowUndeclaredExports: true,
			plugins: pluginsFor(fileName),
		});
		return isRecord(file) && isNode(file.program) ? file.program : undefined;
	} catch {
		// Not recoverable at this moment of typing.
		return undefined;
	}
}

function pluginsFor(fileName: string): ParserPlugin[] {
	const common: ParserPlugin[] = ['decorators'];
	if (/\.[mc]?ts$/.test(fileName)) return [...common, 'typescript'];
	if (/\.tsx$/.test(fileName)) return [...common, 'typescript', 'jsx'];
	return [...common, 'jsx'];
}

function visit(node: AstNode, outer: Bindings, depth: number, found: TrackedFunction[]): void {
	if (depth > MAX_DEPTH) return;
	const bindings = scopeOf(node, outer);
	const tracked = trackedBy(node, bindings);
	if (tracked) found.push(tracked);
	for (const key in node) {
		const value = node[key];
		if (typeof value !== 'object' || value === null) continue;
		if (Array.isArray(value)) {
			for (const item of value) if (isNode(item)) visit(item, bindings, depth + 1, found);
		} else if (isNode(value)) {
			visit(value, bindings, depth + 1, found);
		}
	}
}

function trackedBy(node: AstNode, bindings: Bindings): TrackedFunction | undefined {
	if (node.type === 'Decorator') return decorated(node, bindings);
	const isNew = node.type === 'NewExpression';
	if (!isNew && node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') return undefined;
	if (bindings.names.size === 0 && bindings.namespaces.size === 0) return undefined;
	const callee = resolved(node.callee, bindings);
	if (!callee || (callee.kind === 'MemoryTracker') !== isNew) return undefined;
	// V8 calls the place of a call that of the called name, and the place of a construction that of `new`.
	const start = startOf(isNew ? node : callee.at);
	if (!start) return undefined;
	const [first] = Array.isArray(node.arguments) ? node.arguments : [];
	return { kind: callee.kind, name: literal(first), ...start };
}

/** `@optimizeForMemory` stands without a call; its region has the method's name. */
function decorated(node: AstNode, bindings: Bindings): TrackedFunction | undefined {
	const callee = resolved(node.expression, bindings);
	const start = callee?.kind === 'optimizeForMemory' ? startOf(callee.at) : undefined;
	return start && { kind: 'optimizeForMemory', name: undefined, ...start };
}

function resolved(callee: unknown, bindings: Bindings): { kind: RegionKind; at: AstNode } | undefined {
	if (!isNode(callee)) return undefined;
	if (callee.type === 'Identifier' && isString(callee.name)) {
		const kind = bindings.names.get(callee.name);
		return kind && { kind, at: callee };
	}
	const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
	if (!isMember || callee.computed === true) return undefined;
	const { object, property } = callee;
	if (!isNode(object) || !isNode(property) || !isString(object.name) || !isString(property.name)) return undefined;
	const kind = bindings.namespaces.has(object.name) ? regionKind(property.name) : undefined;
	return kind && { kind, at: property };
}

function startOf(node: AstNode): { line: number; column: number } | undefined {
	const { loc } = node;
	if (!isRecord(loc) || !isRecord(loc.start)) return undefined;
	const { line, column } = loc.start;
	return isNumber(line) && isNumber(column) ? { line, column: column + 1 } : undefined;
}

function literal(node: unknown): string | undefined {
	if (!isNode(node)) return undefined;
	if (node.type === 'StringLiteral' && isString(node.value)) return node.value;
	if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis) || node.quasis.length !== 1) return undefined;
	const [only] = node.quasis as unknown[];
	return isNode(only) && isRecord(only.value) && isString(only.value.cooked) ? only.value.cooked : undefined;
}
