import { frameName } from '../../src/analysis/places.ts';
import type { Frame } from '../../src/protocol/entries.ts';

/** The root stands for what was allocated under no function that is shown. */
export function nameOf(frame: Frame, onlyMine: boolean): string {
	if (frame.id !== 0) return frameName(frame);
	return onlyMine ? '(outside your code)' : '(no function)';
}

/** Whether a frame's function or place contains the text (lower case). */
export const isHit = ({ functionName, file, line }: Frame, search: string): boolean =>
	functionName.toLowerCase().includes(search) || `${file}:${line}`.toLowerCase().includes(search);

/** Whether it is a line that called, with bytes outside the heap, and not a whole function. */
export const isLine = ({ functionLine }: Frame): boolean => functionLine !== undefined;
