import { spawn } from 'node:child_process';

/** Every process that told its inspector's address in the directory, too: a shell may stand between us and Node. */
const SCRIPT = `
	read _
	pids="$1"
	for file in "$2"/*.json; do
		[ -e "$file" ] || continue
		name="\${file##*/}"
		pids="$pids \${name%.json}"
	done
	kill -TERM $pids 2>/dev/null
	sleep 1
	kill -KILL $pids 2>/dev/null
	rm -rf -- "$2"
`;

/**
 * Ends `pid` when this process dies without saying goodbye, and removes the rendezvous directory: a small shell holds the read end
 * of a pipe whose write end only we have, so it wakes at once when we are gone, however we went. Returns the function that calls it
 * off. Not supported on Windows, where nothing is started.
 */
export function startWatchdog(pid: number, rendezvous: string): () => void {
	if (process.platform === 'win32' || pid === 0) return () => {};
	const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(pid), rendezvous], {
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
