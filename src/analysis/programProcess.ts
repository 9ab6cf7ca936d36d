import type { ProcessEntry } from '../protocol/entries.ts';

/** A program of the runtime's (ffmpeg, ffprobe), which is no Node: of it only the RSS is known. */
export const isProgram = (process: ProcessEntry | undefined): boolean => process?.nodeVersion === '';

export const PROGRAM_WORDS = 'This is a program, no Node: of its memory only the RSS is known.';
