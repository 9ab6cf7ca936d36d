import { cp, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export interface ExampleWorkspace {
	readonly folder: string;
	remove(): Promise<void>;
}

/** A fresh copy of `examples/` that a test may write into; its scripts find the project's packages through a link. */
export async function copyExamples(): Promise<ExampleWorkspace> {
	const { path: parent, remove } = temporaryFolder('workspace');
	const folder = join(parent, 'examples');
	await cp(join(projectRoot, 'examples'), folder, {
		recursive: true,
		filter: source => basename(source) !== 'node_modules' && !source.endsWith('.memrec'),
	});
	// Beside the workspace, not in it: a folder of thousands of files has no place in the explorer.
	await symlink(join(projectRoot, 'node_modules'), join(parent, 'node_modules'), 'junction');
	return { folder, remove };
}
