/** The one place where bytes, times and shares become text: every surface shows the same figure the same way. */

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** What stands where nothing was measured. Never 0. */
export const NOT_MEASURED = '–';

/**
 * Bytes as text, three significant digits, powers of 1024: `formatBytes(1536)` is `1.50 KB`. Negative values keep their sign.
 * `undefined` (nothing measured) gives an en dash.
 */
export function formatBytes(bytes: number | undefined): string {
	if (bytes === undefined || !Number.isFinite(bytes)) return NOT_MEASURED;
	let value = Math.abs(bytes);
	let unit = 0;
	// 999.5 would print as 1000: the next unit is the shorter and truer text.
	while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit === 0 ? 0 : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** Like {@link formatBytes} with a sign in front of growth: `+1.50 KB`. */
export function formatDelta(bytes: number | undefined): string {
	const text = formatBytes(bytes);
	return bytes !== undefined && bytes > 0 ? `+${text}` : text;
}

/** A duration in ms as text: `0.41 ms`, `38 ms`, `1.24 s`, `2:05 min`, `1:02:05 h`. */
export function formatMs(ms: number | undefined): string {
	if (ms === undefined || !Number.isFinite(ms)) return NOT_MEASURED;
	if (ms < 9.95) return `${ms.toFixed(2)} ms`;
	if (ms < 999.5) return `${ms.toFixed(0)} ms`;
	if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
	const seconds = Math.round(ms / 1000);
	const two = (n: number) => String(n).padStart(2, '0');
	if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
	return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} h`;
}

/** A share (0 to 1) as percent: `0.4 %`, `37 %`. */
export function formatPercent(share: number | undefined): string {
	if (share === undefined || !Number.isFinite(share)) return NOT_MEASURED;
	const percent = share * 100;
	return `${percent !== 0 && Math.abs(percent) < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** A count with thin grouping, `1 234 567`. */
export function formatCount(count: number | undefined): string {
	if (count === undefined || !Number.isFinite(count)) return NOT_MEASURED;
	return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
