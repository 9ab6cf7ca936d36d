/**
 * Images of any size in bounded memory: `memory-manager-runtime/images`.
 *
 * @packageDocumentation
 */
export { FileError } from '../internals.ts';
export type { MemoryManagerError } from '../runtimeError.ts';
export type { BandExport, ExportableBand, ExportedBand } from './bandExport.ts';
export type { CoordinatePlanes, RgbBands } from './bandPlanes.ts';
export type { BandStatistics } from './bandStatistics.ts';
export type { ImageBatchOptions, ImageBatchProgress, ImageBatchSummary } from './batchOptions.ts';
export { type ChromaticCoordinates, chromaticCoordinates, type PixelCoordinates, type Spread } from './greenness.ts';
export type { FileIdentity, ImageFormat, ImageInfo } from './imageInfo.ts';
export { ImageLoader, type ImageLoaderOptions } from './imageLoader.ts';
export type { ImageOptions, ImageRunOptions } from './imageOptions.ts';
export { ImageProcessor } from './imageProcessor.ts';
export { LoadedImage } from './loadedImage.ts';
export type { RegionStatistics } from './measureRegions.ts';
export type { RowBand } from './pixelRows.ts';
export type { PixelArray, PixelType } from './pixelTypes.ts';
export { ProcessedImage } from './processedImage.ts';
export type { ImageProcessorOptions, StatisticsOptions } from './processorSettings.ts';
export type { MaskRegion, Point, PolygonRegion, RectangleRegion, Region } from './region.ts';
