// Runs the VS Code server so that it ends with the process that started it, even when that one is killed: then the
// pipe to standard input closes. Everything that the server started is in one process group and goes with it.
import { pathToFileURL } from 'node:url';

function endWithParent(): void {
	const group = process.platform === 'win32' ? process.pid : -process.pid;
	process.once('SIGTERM', () => undefined);
	process.kill(group, 'SIGTERM');
	setTimeout(() => process.kill(group, 'SIGKILL'), 1000);
}

process.stdin.once('close', endWithParent).resume();
// The parent may end between its last words and ours; the pipe then breaks, which `close` above handles.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

// The server reads its arguments from the third on, as if it had been started itself.
process.argv.splice(1, 1);
await import(pathToFileURL(String(process.argv[1])).href);
