/** What came of the tests of one suite or of several. */
export interface Totals {
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
}

/** The name of the variable that tells a suite's reporter which file to write its totals to. */
export const totalsVariable = 'MEMORY_MANAGER_TEST_TOTALS';

export function sum(parts: readonly Totals[]): Totals {
	return parts.reduce(
		(left, right) => ({
			passed: left.passed + right.passed,
			failed: left.failed + right.failed,
			skipped: left.skipped + right.skipped,
		}),
		{ passed: 0, failed: 0, skipped: 0 },
	);
}

/** `12 passed, 0 failed`, and the skipped ones where there are any. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
	return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Totals from the text of a suite's file; undefined when it is not what a reporter writes. */
export function parseTotals(text: string): Totals | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	const { passed, failed, skipped } = value as Record<string, unknown>;
	return isCount(passed) && isCount(failed) && isCount(skipped) ? { passed, failed, skipped } : undefined;
}

/** `[test, message]` of what failed, from the text of a suite's file. */
export function parseFailures(text: string): [test: string, message: string][] {
	try {
		const failures = (JSON.parse(text) as { failures?: unknown } | null)?.failures;
		return Array.isArray(failures)
			? failures
					.filter(one => Array.isArray(one) && one.length === 2)
					.map(([test, message]) => [`${test}`, `${message}`])
			: [];
	} catch {
		return [];
	}
}

/** Why a suite left itself out, from the text of its file: what {@link leftOutText} wrote. */
export function parseLeftOut(text: string): string | undefined {
	try {
		const reason = (JSON.parse(text) as { leftOut?: unknown } | null)?.leftOut;
		return typeof reason === 'string' ? reason : undefined;
	} catch {
		return undefined;
	}
}

/** What a suite that cannot run on this machine writes instead of its totals. */
export const leftOutText = (reason: string): string => JSON.stringify({ leftOut: reason });

function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * What a suite counts for. One that crashed, wrote no totals or executed nothing is a failure of its own, since a suite
 * that silently runs no test would otherwise look like success. One that says why it cannot run here counts for nothing.
 */
export function judge(
	exitCode: number,
	totals: Totals | undefined,
	leftOut?: string,
): { totals: Totals; problem?: string; leftOut?: string } {
	const failure = (problem: string, known: Totals = { passed: 0, failed: 0, skipped: 0 }) => ({
		totals: { ...known, failed: known.failed + 1 },
		problem,
	});
	if (exitCode === 0 && leftOut !== undefined) return { totals: { passed: 0, failed: 0, skipped: 0 }, leftOut };
	if (!totals) return failure(`ended with exit code ${exitCode} without a result`);
	if (totals.passed + totals.failed === 0) return failure('executed no test', totals);
	if (exitCode !== 0 && totals.failed === 0) return failure(`ended with exit code ${exitCode}`, totals);
	return { totals };
}
