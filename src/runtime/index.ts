/**
 * Keep a Node.js data script inside its memory: named regions, bounded caches, object pools, forced collections. Works with and
 * without the Memory Manager profiler; under it, what happens here appears in the editor.
 *
 * @packageDocumentation
 */
export type { EvictionReason, MemoryReading, RegionKind, Site } from '../protocol/entries.ts';
export { BoundedCache } from './caches/boundedCache.ts';
export type { BoundedCacheOptions, CacheStats } from './caches/cacheOptions.ts';
export { sizeOf } from './caches/sizeOf.ts';
export type { CollectionResult } from './collection/forceCollection.ts';
export { MemoryManager, memoryManager, type RegionStats } from './manager.ts';
export { ObjectPool } from './pools/objectPool.ts';
export type { AcquireOptions, ObjectPoolOptions, PoolStats } from './pools/poolOptions.ts';
export { MemoryTracker } from './regions/memoryTracker.ts';
export { region } from './regions/region.ts';
export { type MemoryTracking, trackMemory } from './regions/trackMemory.ts';
export { MemoryManagerError, type RuntimeErrorCode } from './runtimeError.ts';
export { type RegisteredObject, registerForCleanup } from './scopes/cleanupRegistry.ts';
export type { Cleanup, RegistrationOptions } from './scopes/registration.ts';
