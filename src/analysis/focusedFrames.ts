import type { Frame } from '../protocol/entries.ts';

/**
 * Ids of the frames that a source line stands for: those on the line itself (calls, and functions that begin there); where there are none,
 * the function of the file that begins nearest above.
 */
export function focusedFrames(frames: Iterable<Frame>, place: { file: string; line: number }): ReadonlySet<number> {
	const ids = new Set<number>();
	let above = 0;
	for (const { id, file, line, functionLine } of frames) {
		if (file !== place.file || line > place.line || line < above || line === 0) continue;
		// Another call is not the line that was asked for.
		if (functionLine !== undefined && line !== place.line) continue;
		if (line > above) ids.clear();
		above = line;
		ids.add(id);
	}
	return ids;
}
