import type { RegionKind } from '../../protocol/entries.ts';
import { isString } from '../../protocol/guards.ts';
import { RUNTIME_PACKAGE } from '../../protocol/runtimeLink.ts';
import { type AstNode, isNode, regionKind } from './syntax.ts';

/** What names mean the runtime's functions at one place of the source. */
export interface Bindings {
	/** Local name → function. */
	readonly names: ReadonlyMap<string, RegionKind>;
	/** Local names of the whole package. */
	readonly namespaces: ReadonlySet<string>;
}

export const EMPTY_BINDINGS: Bindings = { names: new Map(), namespaces: new Set() };

/** The bindings inside `node`: those of around it, less what it declares anew, and what it takes from the runtime. */
export function scopeOf(node: AstNode, outer: Bindings): Bindings {
	const declared = declarationsIn(node);
	if (declared.length === 0) return outer;
	const scope = new Scope(outer);
	for (const declaration of declared) scope.declare(declaration);
	return scope.bindings;
}

/** Statements and parameters by which a node brings names into its scope. */
function declarationsIn(node: AstNode): AstNode[] {
	switch (node.type) {
		case 'Program':
		case 'BlockStatement':
		case 'StaticBlock':
			return nodes(node.body);
		case 'FunctionDeclaration':
		case 'FunctionExpression':
		case 'ArrowFunctionExpression':
		case 'ObjectMethod':
		case 'ClassMethod':
		case 'ClassPrivateMethod':
			return nodes(node.params);
		case 'CatchClause':
			return nodes([node.param]);
		default:
			return [];
	}
}

const nodes = (value: unknown): AstNode[] => (Array.isArray(value) ? value.filter(isNode) : []);

class Scope {
	readonly #outer: Bindings;
	#names: Map<string, RegionKind> | undefined;
	#namespaces: Set<string> | undefined;

	constructor(outer: Bindings) {
		this.#outer = outer;
	}

	get bindings(): Bindings {
		if (!this.#names && !this.#namespaces) return this.#outer;
		return { names: this.#names ?? this.#outer.names, namespaces: this.#namespaces ?? this.#outer.namespaces };
	}

	declare(node: AstNode): void {
		switch (node.type) {
			case 'ImportDeclaration':
				this.#import(node);
				break;
			case 'ExportNamedDeclaration':
				if (isNode(node.declaration)) this.declare(node.declaration);
				break;
			case 'VariableDeclaration':
				for (const declarator of nodes(node.declarations)) this.#variable(declarator);
				break;
			case 'FunctionDeclaration':
			case 'ClassDeclaration':
				if (isNode(node.id)) this.#shadow(node.id);
				break;
			case 'Identifier':
			case 'ObjectPattern':
			case 'ArrayPattern':
			case 'AssignmentPattern':
			case 'RestElement':
			case 'TSParameterProperty':
				// Parameters: only these appear outside of a declaration in what `declarationsIn` gives.
				this.#shadow(node);
				break;
		}
	}

	#import(node: AstNode): void {
		if (!isNode(node.source) || node.source.value !== RUNTIME_PACKAGE) return;
		for (const specifier of nodes(node.specifiers)) {
			const local = nameOf(specifier.local);
			if (local === undefined) continue;
			if (specifier.type === 'ImportSpecifier') this.#bind(local, nameOf(specifier.imported));
			else this.#bindNamespace(local);
		}
	}

	#variable({ id, init }: AstNode): void {
		if (!isNode(id)) return;
		this.#shadow(id);
		if (!isRuntime(init)) return;
		if (id.type === 'Identifier' && isString(id.name)) this.#bindNamespace(id.name);
		if (id.type !== 'ObjectPattern') return;
		for (const property of nodes(id.properties)) {
			const local = nameOf(property.value);
			if (property.type === 'ObjectProperty' && local !== undefined) this.#bind(local, nameOf(property.key));
		}
	}

	#bind(local: string, imported: string | undefined): void {
		const kind = imported === undefined ? undefined : regionKind(imported);
		if (kind) this.#changedNames().set(local, kind);
	}

	#bindNamespace(local: string): void {
		this.#changedNamespaces().add(local);
	}

	/** The names of a pattern mean something else from here on. */
	#shadow(pattern: AstNode): void {
		const name = nameOf(pattern);
		if (name !== undefined) {
			if (this.bindings.names.has(name)) this.#changedNames().delete(name);
			if (this.bindings.namespaces.has(name)) this.#changedNamespaces().delete(name);
			return;
		}
		const parts = [
			pattern.left,
			pattern.argument,
			pattern.parameter,
			pattern.value,
			pattern.elements,
			pattern.properties,
		];
		for (const part of parts.flat()) if (isNode(part)) this.#shadow(part);
	}

	#changedNames(): Map<string, RegionKind> {
		this.#names ??= new Map(this.#outer.names);
		return this.#names;
	}

	#changedNamespaces(): Set<string> {
		this.#namespaces ??= new Set(this.#outer.namespaces);
		return this.#namespaces;
	}
}

function nameOf(node: unknown): string | undefined {
	if (!isNode(node)) return undefined;
	if (node.type === 'Identifier' && isString(node.name)) return node.name;
	return node.type === 'StringLiteral' && isString(node.value) ? node.value : undefined;
}

/** `require('memory-manager-runtime')` or `await import('memory-manager-runtime')`. */
function isRuntime(node: unknown): boolean {
	if (!isNode(node)) return false;
	if (node.type === 'AwaitExpression') return isRuntime(node.argument);
	if (node.type === 'ImportExpression') return isNode(node.source) && node.source.value === RUNTIME_PACKAGE;
	if (node.type !== 'CallExpression' || !isNode(node.callee)) return false;
	const isRequire = node.callee.type === 'Import' || nameOf(node.callee) === 'require';
	const [first] = nodes(node.arguments);
	return isRequire && first?.type === 'StringLiteral' && first.value === RUNTIME_PACKAGE;
}
