import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmInstall } from '../../scripts/command.ts';
import { installOnce } from '../../scripts/installOnce.ts';
import { cacheFolder } from '../../scripts/paths.ts';

const VERSION = '5.0.0';
const PACKAGE = '@clinic/heap-profiler';

/**
 * Environment under which a script is watched by Clinic's heap profiler, installed where it is not there yet; it writes its profile into
 * `folder`. The package's own `collect` sets the same, but keeps the script's output to itself. Rejects where the registry does not have it.
 */
export async function clinicEnvironment(): Promise<(folder: string) => NodeJS.ProcessEnv> {
	const folder = join(cacheFolder, 'clinic');
	await installOnce({
		name: `${PACKAGE} ${VERSION}`,
		version: VERSION,
		size: '36 MB on disk',
		folder,
		log: line => process.stderr.write(`${line}\n`),
		install: async into => {
			await writeFile(join(into, 'package.json'), '{ "private": true }\n');
			await npmInstall(into, [`${PACKAGE}@${VERSION}`], 'download from npm');
		},
	});
	const preload = join(folder, 'node_modules', PACKAGE, 'src', 'injects', 'ipc.js');
	return path => ({
		NODE_OPTIONS: `-r ${JSON.stringify(preload)}`,
		HEAP_PROFILER_PATH: path,
		HEAP_PROFILER_PRELOADER_DISABLED: 'true',
		HEAP_PROFILER_USE_IPC: 'false',
	});
}
