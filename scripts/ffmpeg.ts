import { findOnPath, runCommand } from './command.ts';
import { canInstallPackages, installPackages } from './debianPackages.ts';

const size = 'about 100 MB to download, 350 MB on disk, by what the system has already';

const isInstalled = (): boolean => ['ffmpeg', 'ffprobe'].every(name => findOnPath([name]) !== undefined);

/** What `installFfmpeg()` would download, for the user. */
export function missingFfmpeg(): string[] {
	return isInstalled() || !canInstallPackages() ? [] : [`FFmpeg, from the system's packages: ${size}`];
}

/** For the tests that read and write films: installed on Debian, as root; elsewhere they say that they are skipped. */
export async function installFfmpeg(): Promise<void> {
	if (isInstalled()) return;
	if (!canInstallPackages()) return;
	console.log(`Installing FFmpeg from the system's packages (${size})`);
	await installPackages(['ffmpeg']);
	await runCommand('ffmpeg', ['-version'], { show: 'errors' });
}
