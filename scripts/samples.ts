import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { installOnce } from './installOnce.ts';
import { cacheFolder } from './paths.ts';

/** Debian packages that hold real files of third parties, and what they weigh to download. They are unpacked, not installed. */
const packages = {
	'python3-pydicom': '1.2 MB',
	'python3-astropy': '3.5 MB',
	'python3-h5py-serial': '1.5 MB',
	'python-drizzle-testdata': '37 MB',
	'ferret-datasets': '27 MB',
	'libncarg-data': '26 MB',
	'python-tables-data': '47 kB',
	'alsa-utils': '1.2 MB',
	'pocketsphinx-testdata': '1.7 MB',
	'sound-theme-freedesktop': '0.4 MB',
	'opencv-doc': '91 MB',
	'libjxl-testdata': '53 MB',
} as const;
export type SamplePackage = keyof typeof packages;

/** The root of the unpacked package; `undefined`, with the reason printed, where this machine cannot get it. */
export async function sampleFolder(name: SamplePackage): Promise<string | undefined> {
	const folder = join(cacheFolder, 'samples', name);
	try {
		if (!existsSync('/etc/debian_version')) throw new Error('they come as Debian packages');
		await installOnce({
			name: `sample files (${name})`,
			version: '1',
			size: packages[name],
			folder,
			install: into => unpack(name, into),
		});
		return folder;
	} catch (error) {
		console.log(`The sample files of ${name} are not here: ${(error as Error).message.split('\n', 1)[0]}`);
		return undefined;
	}
}

async function unpack(name: SamplePackage, folder: string): Promise<void> {
	// A new machine has no list of packages yet.
	const lists = await readdir('/var/lib/apt/lists').catch(() => []);
	if (!lists.some(file => file.includes('_Packages')))
		await runCommand('apt-get', ['update', '-q'], { show: 'errors' });
	await runCommand('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', name], {
		cwd: folder,
		show: 'errors',
	});
	const deb = (await readdir(folder)).find(file => file.endsWith('.deb'));
	if (!deb) throw new Error(`apt-get brought no package ${name}`);
	await runCommand('dpkg-deb', ['-x', deb, folder], { cwd: folder, show: 'errors' });
	await rm(join(folder, deb));
}
