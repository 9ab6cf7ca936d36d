/**
 * Keep a Node.js data script inside its memory: named regions, bounded caches, object pools, forced collections. Works with and
 * without the Memory Manager profiler; under it, what happens here appears in the editor.
 *
 * @packageDocumentation
 */
import { installCommandHandlers } from './scopes/commandHandlers.ts';

export type { EvictionReason, FrameKind, MemoryLevel, MemoryReading, RegionKind, Site } from '../protocol/entries.ts';
export type { CleanupTarget, FindingKind, GcStrategy, TensorInfo } from '../protocol/runtimeEntries.ts';
export {
	type Availability,
	type AvailabilityOptions,
	availability,
	checkAvailable,
	type MemoryBound,
} from './arrays/available.ts';
export { type ChunkLength, chunks } from './arrays/chunks.ts';
export type { TensorChange } from './arrays/compactTensors.ts';
export type { Dtype, TypedArray } from './arrays/dtypes.ts';
export { estimateBytes } from './arrays/estimateBytes.ts';
export { type FreeMemoryOptions, freeMemory } from './arrays/freeMemory.ts';
export { type OptimizeDtypeOptions, type OptimizedArray, optimizeDtype } from './arrays/optimizeDtype.ts';
export {
	TensorDict,
	type TensorDictOptions,
	type TensorMemory,
	type TensorOptimization,
	type TensorOptions,
} from './arrays/tensorDict.ts';
export type {
	BatchContext,
	BatchErrorMode,
	BatchOptions,
	BatchProcessorOptions,
	BatchProgress,
	BatchRunOptions,
	ItemOptions,
} from './batches/batchOptions.ts';
export { BatchProcessor, type BatchProcessorStats } from './batches/batchProcessor.ts';
export type { BatchRun } from './batches/batchRun.ts';
export type { BatchFailure } from './batches/batchWork.ts';
export type { Input } from './batches/itemSource.ts';
export {
	type MemoryPrediction,
	MemoryPredictor,
	type MemoryPredictorOptions,
	type OperationInput,
	type OperationObservation,
} from './batches/memoryPredictor.ts';
export { BoundedCache } from './caches/boundedCache.ts';
export type { BoundedCacheOptions, CacheStats } from './caches/cacheOptions.ts';
export { sizeOf } from './caches/sizeOf.ts';
export { SpillCache } from './caches/spillCache.ts';
export type { SpillCacheOptions, SpillStats } from './caches/spillOptions.ts';
export { type WeakCacheStats, WeakValueCache, type WeakValueCacheOptions } from './caches/weakValueCache.ts';
export type { CollectionResult } from './collection/forceCollection.ts';
export { GcOptimizer } from './collection/gcOptimizer.ts';
export type { CollectOptions, CollectOutcome, GcConfig, GcOptimizerOptions, GcStats } from './collection/gcOptions.ts';
export type { OwnCollections } from './collection/ownCollections.ts';
export type { GcPauses } from './collection/pauseMeter.ts';
export type { LeverState } from './collection/v8Levers.ts';
export { configure, currentConfig } from './config.ts';
export { fromEnvironment } from './configuration/environment.ts';
export type {
	MemoryConfig,
	MemoryConfigOptions,
	MemoryProfile,
	PressureThreshold,
} from './configuration/memoryConfig.ts';
export { memoryProfiles } from './configuration/profiles.ts';
export { AdaptiveChunkSizer, type ChunkSizerOptions } from './files/chunkSizer.ts';
export { FileError, type FilePlace } from './files/fileErrors.ts';
export type { FileReaderOptions } from './files/fileOptions.ts';
export type { ProcessContext, ProcessOptions, ProcessResult } from './files/fileProcess.ts';
export { FileReader } from './files/fileReader.ts';
export type {
	ChunkProcessorOptions,
	LineProcessorOptions,
	RunOptions,
	StreamingProcessorOptions,
	TransformContext,
	TransformOutput,
	TransformPiece,
	TransformProgress,
	TransformResult,
} from './files/processorOptions.ts';
export type { RandomAccessFile } from './files/randomAccessFile.ts';
export { StreamingProcessor } from './files/streamingProcessor.ts';
export type { AllocationSite } from './leaks/allocationSites.ts';
export {
	type AllocationTrace,
	type AllocationTraceOptions,
	startAllocationTrace,
	stopAllocationTrace,
	topAllocations,
} from './leaks/allocationTrace.ts';
export { diagnoseLeaks } from './leaks/diagnoseLeaks.ts';
export type { DiagnosisRound, LeakDiagnosis, LeakDiagnosisOptions, LeakFinding } from './leaks/diagnosisTypes.ts';
export {
	EfficientExecutor,
	type EfficientExecutorOptions,
	type ExecutionContext,
	type ExecutionInput,
	type ExecutionMetrics,
	type Operation,
	type Operations,
	type StrategyChoice,
} from './leaks/efficientExecutor.ts';
export {
	type AnalysisReport,
	MemoryAnalyzer,
	type MemoryAnalyzerOptions,
	type OperationProfile,
	type OperationStats,
} from './leaks/memoryAnalyzer.ts';
export type { AllocationFrame } from './leaks/places.ts';
export { MemoryManager, memoryManager } from './manager.ts';
export type { GpuMemory } from './monitor/gpuFigures.ts';
export { gpuMemory } from './monitor/gpuMemory.ts';
export { MemoryMonitor, type PressureListener } from './monitor/memoryMonitor.ts';
export type { MemoryUsage, RawUsage } from './monitor/memoryUsage.ts';
export type { MemoryMonitorOptions } from './monitor/monitorOptions.ts';
export type { PressureChange } from './monitor/pressure.ts';
export type { PressureSimulation, SimulationOptions } from './monitor/simulation.ts';
export type { FigureSummary, MemorySummary } from './monitor/usageSummary.ts';
export {
	type AcquireBufferOptions,
	BufferPool,
	type BufferPoolOptions,
	type BufferPoolStats,
} from './pools/bufferPool.ts';
export { ObjectPool } from './pools/objectPool.ts';
export type { AcquireOptions, ObjectPoolOptions, PoolStats } from './pools/poolOptions.ts';
export { MemoryTracker } from './regions/memoryTracker.ts';
export { type MemoryOptimization, optimizeForMemory } from './regions/optimizeForMemory.ts';
export { region } from './regions/region.ts';
export { type MemoryTracking, trackMemory } from './regions/trackMemory.ts';
export type { Relief } from './reporting/registry.ts';
export type { RuntimeWarning } from './reporting/warnings.ts';
export { MemoryManagerError, type RuntimeErrorCode } from './runtimeError.ts';
export { type RegisteredObject, registerForCleanup } from './scopes/cleanupRegistry.ts';
export type { CleanupReport, OwnerReport } from './scopes/cleanupReport.ts';
export { forceComprehensiveCleanup } from './scopes/comprehensiveCleanup.ts';
export { type Managed, type MemoryManagementOptions, memoryManagement } from './scopes/memoryManagement.ts';
export type { Cleanup, RegistrationOptions } from './scopes/registration.ts';
export type {
	BatchReport,
	RegionStats,
	SpillReport,
	StreamReport,
	TensorDictReport,
	WeakCacheReport,
} from './storeLists.ts';

installCommandHandlers();
