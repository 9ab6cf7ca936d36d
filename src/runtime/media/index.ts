/**
 * Collections of media files and video encoding: `memory-manager-runtime/media`.
 *
 * @packageDocumentation
 */
export type { MemoryManagerError } from '../runtimeError.ts';
export type {
	EncodeCodec,
	EncodePreset,
	EncodeProgress,
	EncodeVideoOptions,
	PixelFormat,
} from './encode/encodeOptions.ts';
export { type EncodeResult, encodeVideo, type RawFrame } from './encode/encodeVideo.ts';
export type { DateSource, MediaFacts, MediaType } from './organizer/mediaFacts.ts';
export { MediaOrganizer } from './organizer/mediaOrganizer.ts';
export type { OrganizedFile, OrganizeOutcome, OrganizeResult, OrganizeTotals } from './organizer/organizeResult.ts';
export type { MediaOrganizerOptions, OrganizeOptions, OrganizeProgress } from './organizer/organizerOptions.ts';
