import type { Readable } from 'node:stream';

/** What FFmpeg tells of its progress (`-progress`). */
export interface EncodeReport {
	frames: number;
	seconds: number;
	writtenBytes: number;
	speed: number | undefined;
}

/** A block has some 300 bytes. */
const MOST_BYTES = 64 * 1024;

/** Calls back with each whole block of `key=value` lines. */
export function readReports(side: Readable, tell: (report: EncodeReport) => void): void {
	const report: EncodeReport = { frames: 0, seconds: 0, writtenBytes: 0, speed: undefined };
	let rest = '';
	side.on('data', (chunk: Buffer) => {
		const lines = (rest + chunk.toString('latin1')).slice(-MOST_BYTES).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const [key, value = ''] = line.split('=', 2).map(part => part.trim());
			// `N/A` until there is something.
			const number = Number.parseFloat(value);
			if (key === 'progress') tell({ ...report });
			else if (!Number.isFinite(number)) continue;
			else if (key === 'frame') report.frames = number;
			else if (key === 'total_size') report.writtenBytes = number;
			else if (key === 'out_time_us') report.seconds = Math.max(0, number / 1e6);
			else if (key === 'speed') report.speed = number;
		}
	});
}
