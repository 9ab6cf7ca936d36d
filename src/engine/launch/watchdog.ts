import { spawn } from 'node:child_process';

/**
 * Ends `pid` when this process dies without saying goodbye: a small shell holds the read end of a pipe whose write end only we
 * have, so it wakes at once when we are gone, however we went. Returns the function that calls it off.
 * Not supported on Windows, where nothing is started.
 */
export function startWatchdog(pid: number): () => void {
	if (process.platform === 'win32' || pid === 0) return () => {};
	const script = 'read _; kill -TERM "$1" 2>/dev/null && sleep 1 && kill -KILL "$1" 2>/dev/null';
	const shell = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
		stdio: ['pipe', 'ignore', 'ignore'],
		detached: true,
		env: {},
	});
	shell.on('error', () => {});
	shell.stdin.on('error', () => {});
	shell.unref();
	const { stdin } = shell;
	if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
	return () => {
		shell.kill('SIGKILL');
		stdin.destroy();
	};
}
