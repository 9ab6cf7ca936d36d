/**
 * Around the output of the suite: VS Code itself writes to the same console, most of it before and after. What comes
 * before the first line is kept and shown only when the suite does not start.
 */
export const suiteBegins = '=== memory-manager host suite begins ===';
export const suiteEnds = '=== memory-manager host suite ends ===';
