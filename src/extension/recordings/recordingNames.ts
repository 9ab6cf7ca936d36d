import { RECORDING_EXTENSION } from '../../protocol/recording.ts';

const STAMP = /-\d{8}-\d{6}(?:-\d+)?\.memrec$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what file systems refuse.
const UNFIT = /[\u0000-\u001f\u007f/\\:*?"<>|]+/g;

/** `flights.mjs-20260728-142530.memrec`, in local time. */
export function recordingName(title: string, when: Date): string {
	const two = (n: number) => String(n).padStart(2, '0');
	const day = `${when.getFullYear()}${two(when.getMonth() + 1)}${two(when.getDate())}`;
	const time = `${two(when.getHours())}${two(when.getMinutes())}${two(when.getSeconds())}`;
	const base = title.replace(UNFIT, '_').slice(0, 80).trim() || 'recording';
	return `${base}-${day}-${time}${RECORDING_EXTENSION}`;
}

/** The name as we gave it. A renamed recording is one that a person wants to keep. */
export const isOwnName = (name: string): boolean => STAMP.test(name);

/** The file name for what a person typed; `undefined` when no file can have it. */
export function renamed(typed: string): string | undefined {
	const base = typed.trim().replace(/\.memrec$/i, '');
	const bad = base === '' || base.length > 200 || base.search(UNFIT) >= 0 || base === '.' || base === '..';
	return bad ? undefined : base + RECORDING_EXTENSION;
}
