/** The resolution of `guest/resolution.ts` for Node 20, whose loader hooks live in a thread of their own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWithinPackage, notFound, packageTarget } from './guest/packageTarget.ts';

type Resolved = { url: string; format?: string | null; shortCircuit?: boolean };
type Context = { conditions?: readonly string[] };

let dir: string | undefined;

export function initialize(data: { dir: string }): void {
	dir = data.dir;
}

export async function resolve(
	specifier: string,
	context: Context,
	next: (specifier: string, context?: Context) => Promise<Resolved>,
): Promise<Resolved> {
	if (dir === undefined || !isWithinPackage(specifier)) return next(specifier, context);
	try {
		return await next(specifier, context);
	} catch (error) {
		const manifest: unknown = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
		const condition = context.conditions?.includes('import') ? 'import' : 'require';
		const target = notFound(error) ? packageTarget(manifest, specifier, condition) : undefined;
		if (target === undefined) throw error;
		return { url: pathToFileURL(join(dir, target)).href, shortCircuit: true };
	}
}
