import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmInstall } from '../../scripts/command.ts';
import { installOnce } from '../../scripts/installOnce.ts';
import { cacheFolder } from '../../scripts/paths.ts';

/** What a person would take instead of our readers, at the versions that were compared. */
const PACKAGES = [
	'dcmjs@0.51.1',
	'dicom-parser@1.8.21',
	'fitsjs-ng@1.0.2',
	'image-js@1.7.0',
	'jsfive@0.4.2',
	'mediabunny@1.61.0',
	'netcdfjs@4.0.0',
	'wavefile@11.0.0',
];

/** The folder where they are installed, outside the project's own dependencies. Rejects where the registry does not have them. */
export async function formatPeers(): Promise<string> {
	const folder = join(cacheFolder, 'formatPeers');
	await installOnce({
		name: 'the libraries to compare with',
		version: PACKAGES.join(' '),
		size: '75 MB on disk',
		folder,
		log: line => process.stderr.write(`${line}\n`),
		install: async into => {
			await writeFile(join(into, 'package.json'), '{ "private": true }\n');
			await npmInstall(into, PACKAGES, 'download from npm');
		},
	});
	return folder;
}
