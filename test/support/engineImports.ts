import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { parse } from '@babel/parser';
import { projectRoot } from '../../scripts/paths.ts';

export interface ModuleImport {
	/** A module's path from the project root with `/`, a `node:` name, or a package as it is written. */
	readonly to: string;
	readonly typeOnly: boolean;
}
export interface Module {
	readonly file: string;
	readonly imports: readonly ModuleImport[];
}

/** Every module below these folders with everything that it imports, in whatever form. */
export function modulesIn(...folders: string[]): Module[] {
	return folders.flatMap(folder => {
		const names = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' });
		const files = names.filter(name => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'));
		return files.map(name => {
			const path = join(projectRoot, folder, name);
			return moduleOf(portable(relative(projectRoot, path)), readFileSync(path, 'utf8'));
		});
	});
}

export function moduleOf(file: string, text: string): Module {
	const jsx = file.endsWith('x') ? (['jsx'] as const) : [];
	const { program } = parse(text, { sourceType: 'module', plugins: ['typescript', 'decorators', ...jsx] });
	const imports: ModuleImport[] = [];
	visit(program, imports);
	return { file, imports: imports.map(({ to, typeOnly }) => ({ to: resolved(file, to), typeOnly })) };
}

const portable = (path: string): string => path.split(sep).join('/');
const resolved = (file: string, to: string): string => (to.startsWith('.') ? portable(join(dirname(file), to)) : to);

/** `import`, `export … from`, `import()`, `import('…')` types and `require()`, however deep they stand. */
function visit(value: unknown, found: ModuleImport[]): void {
	if (Array.isArray(value)) for (const item of value) visit(item, found);
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
	const node = value as Record<string, unknown>;
	const to = importedBy(node);
	if (to !== undefined) {
		const typeOnly = node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType';
		found.push({ to, typeOnly });
	}
	for (const [key, child] of Object.entries(node)) if (key !== 'loc') visit(child, found);
}

function importedBy(node: Record<string, unknown>): string | undefined {
	const [first] = Array.isArray(node.arguments) ? (node.arguments as unknown[]) : [];
	const callee = (node.callee as { name?: unknown } | undefined)?.name;
	if (node.type === 'CallExpression') return callee === 'require' ? textOf(first) : undefined;
	return /^(Import|Export|TSImportType)/.test(String(node.type)) ? textOf(node.source) : undefined;
}

function textOf(node: unknown): string | undefined {
	const { type, value } = (node ?? {}) as { type?: unknown; value?: unknown };
	return type === 'StringLiteral' && typeof value === 'string' ? value : undefined;
}
