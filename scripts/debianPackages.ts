import { existsSync } from 'node:fs';
import { runCommand } from './command.ts';

/** Whether this is a Debian on which packages may be installed. */
export const canInstallPackages = (): boolean => existsSync('/etc/debian_version') && process.getuid?.() === 0;

/** Installs packages of the system with what they need. Rejects when that fails. */
export async function installPackages(packages: readonly string[]): Promise<void> {
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await runCommand('apt-get', ['update', '-q'], { env, show: 'errors', progress: 'apt-get update' });
	const flags = ['install', '-y', '-q', '--no-install-recommends'];
	await runCommand('apt-get', [...flags, ...packages], { env, show: 'errors', progress: 'apt-get install' });
}
