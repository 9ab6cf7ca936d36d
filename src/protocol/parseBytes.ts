const UNITS = ['', 'K', 'M', 'G', 'T'];

/** What {@link parseBytes} takes, for messages. */
export const BYTES_FORMS = '512MB, 1.5GB or a number of bytes';

/**
 * A size that a person wrote: `512MB`, `1.5 GB`, `64KiB`, `1048576`. Powers of 1024 as in `formatBytes`, a bare number is bytes.
 * `undefined` for anything else.
 */
export function parseBytes(text: string): number | undefined {
	const [, digits, prefix = ''] = /^(\d+(?:\.\d+)?) ?(?:([KMGT])(?:i?B)?|B)?$/i.exec(text.trim()) ?? [];
	if (digits === undefined) return undefined;
	const bytes = Math.round(Number(digits) * 1024 ** UNITS.indexOf(prefix.toUpperCase()));
	return Number.isSafeInteger(bytes) ? bytes : undefined;
}
