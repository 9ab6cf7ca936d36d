/** The core's bundle: the public library, and what the sub-paths use of it. */
export * from './index.ts';
export * as internals from './internals.ts';
