/**
 * What containers ask of the monitor. A container that adapts to the level calls `ensureMonitoring` when it is made and
 * `checkPressure` now and then inside synchronous work, where no timer fires.
 */

/** Starts the shared monitor, unless the configuration says otherwise. */
export function ensureMonitoring(): void {}

/** Looks at the memory now if the last look is older than the monitor's interval: a clock reading otherwise. */
export function checkPressure(): void {}
