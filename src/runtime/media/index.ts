/**
 * Collections of media files and video encoding: `memory-manager-runtime/media`.
 *
 * @packageDocumentation
 */
export type { MemoryManagerError } from '../runtimeError.ts';
