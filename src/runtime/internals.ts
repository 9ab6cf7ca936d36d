/**
 * What the sub-paths (`/formats`, `/images`, `/media`) use of the core. Their bundles do not hold it a second time: there, this module is the
 * core's own bundle, so that errors, caches and the memory level are the same ones.
 */
export { availability } from './arrays/available.ts';
export { BatchProcessor } from './batches/batchProcessor.ts';
export { EventLoopTurns } from './batches/eventLoopTurns.ts';
export { BoundedCache } from './caches/boundedCache.ts';
export { makeFolder, removeFolder } from './caches/spillFolder.ts';
export { isGone, thisProcess } from './caches/spillIdentity.ts';
export { collectUnlessDeferred } from './collection/ownCollections.ts';
export { currentConfig } from './config.ts';
export { ChunkRing } from './files/chunkRing.ts';
export { AdaptiveChunkSizer } from './files/chunkSizer.ts';
export { FileError, fileErrors } from './files/fileErrors.ts';
export { isPositiveInteger, pathText } from './files/fileOptions.ts';
export { FileSource, openSource } from './files/fileSource.ts';
export { OutputFile } from './files/outputFile.ts';
export { OwnerLock } from './files/ownerLock.ts';
export { StreamTrack } from './files/streamTrack.ts';
export { unlessAborted, untilAborted, within } from './files/within.ts';
export { pressure } from './monitor/pressure.ts';
export { checkPressure, ensureMonitoring, sharedMonitor } from './monitor/sharedMonitor.ts';
export { checkOptionNames } from './optionNames.ts';
export { loadPeer, peerUrl } from './peers.ts';
export { BufferPool } from './pools/bufferPool.ts';
export { ChildProgram, findProgram, ProgramError } from './programs.ts';
export { sharedHub } from './reporter.ts';
export { calledFrom, callSiteOf } from './reporting/callSite.ts';
export { monotonicMs } from './reporting/clock.ts';
export { warn } from './reporting/warnings.ts';
export { MemoryManagerError, messageOf, runtimeErrors, shown, shownPath } from './runtimeError.ts';
export { registerAt, registerForCleanup } from './scopes/cleanupRegistry.ts';
