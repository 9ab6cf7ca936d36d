/**
 * Images of any size in bounded memory: `memory-manager-runtime/images`.
 *
 * @packageDocumentation
 */
export type { MemoryManagerError } from '../runtimeError.ts';
