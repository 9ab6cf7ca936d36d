import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../src/runtime/programs.ts';

/** Whether FFmpeg is installed; where it is not, the reason is printed and tests that need it skip. */
export function hasFfmpeg(): boolean {
	try {
		findProgram('ffmpeg');
		findProgram('ffprobe');
		return true;
	} catch (error) {
		console.log(`      ${(error as Error).message}`);
		return false;
	}
}

const run = promisify(execFile);

export async function ffmpeg(...args: readonly string[]): Promise<void> {
	await run(findProgram('ffmpeg'), ['-nostdin', '-loglevel', 'error', '-y', ...args]);
}
