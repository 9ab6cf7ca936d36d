import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import type { ExampleWorkspace } from './exampleWorkspace.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A fresh copy of the scripts that the interface tests run. */
export async function copyScripts(): Promise<ExampleWorkspace> {
	const { path: parent, remove } = temporaryFolder('interface');
	const folder = join(parent, 'scripts');
	await cp(join(projectRoot, 'test', 'fixtures', 'interface'), folder, { recursive: true });
	await symlink(join(projectRoot, 'node_modules'), join(parent, 'node_modules'), 'junction');
	return { folder, remove };
}
