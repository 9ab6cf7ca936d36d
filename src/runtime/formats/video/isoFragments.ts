import { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Box, boxes } from './isoBoxes.ts';
import { fields, type IsoTrack } from './isoTrack.ts';
import { TableCursor } from './tableCursor.ts';
import type { FoundFrame } from './videoTypes.ts';

/** What holds for samples that do not say otherwise. */
export interface SampleDefaults {
	duration: number;
	size: number;
	flags: number;
}

/** Set for a sample that cannot be decoded without others. */
const NOT_SYNC = 0x0001_0000;
/** Flags of `tfhd` and `trun` (ISO/IEC 14496-12, 8.8.7 and 8.8.8): which fields are there, in this order. */
const TFHD = { base: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20, baseIsMoof: 0x02_0000 };
const TRUN = { offset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, shift: 0x800 };

/** What is carried from one fragment of a track to the next. */
export interface FragmentState {
	/** Of the track's units: when the next sample is decoded. */
	time: number;
}

interface Run {
	moof: Box;
	defaults: SampleDefaults;
	/** Where the data of runs without a place begin. */
	base: number;
	next: number;
}

/** The frames of `track` that a fragment (`moof`) lists. Throws `truncated` and `damaged`. */
export async function* fragmentFrames(
	window: ByteWindow,
	moof: Box,
	track: IsoTrack,
	defaults: SampleDefaults,
	state: FragmentState,
	shiftUnits: number,
): AsyncGenerator<FoundFrame, void, undefined> {
	// The caller goes on in its own window behind each box.
	const inner = new ByteWindow(window.source, window.windowBytes);
	try {
		for await (const traf of boxes(window, moof.body, moof.end)) {
			if (traf.type !== 'traf') continue;
			let run: Run | undefined;
			for await (const box of boxes(inner, traf.body, traf.end)) {
				if (box.type === 'tfhd') {
					run = await readFragmentHeader(inner, box, moof, track, defaults);
					if (!run) break;
				} else if (box.type === 'tfdt' && run) {
					const isLong = (await fields(inner, box, 8)).readUInt8(0) === 1;
					const head = await fields(inner, box, isLong ? 12 : 8);
					state.time = isLong ? Number(head.readBigUInt64BE(4)) : head.readUInt32BE(4);
				} else if (box.type === 'trun') {
					if (!run) throw formatErrors.damaged(window.source.path, box.start, 'a fragment has no header (tfhd)');
					yield* runFrames(inner, box, run, track.timescale, state, shiftUnits);
				}
			}
		}
	} finally {
		inner.release();
	}
}

/** `undefined`: it belongs to another track. */
async function readFragmentHeader(
	window: ByteWindow,
	box: Box,
	moof: Box,
	track: IsoTrack,
	defaults: SampleDefaults,
): Promise<Run | undefined> {
	const head = await fields(window, box, 8);
	if (head.readUInt32BE(4) !== track.id) return undefined;
	const flags = head.readUIntBE(1, 3);
	const run: Run = { moof, defaults: { ...defaults }, base: moof.start, next: moof.start };
	const widths: [flag: number, bytes: number][] = [
		[TFHD.base, 8],
		[TFHD.description, 4],
		[TFHD.duration, 4],
		[TFHD.size, 4],
		[TFHD.flags, 4],
	];
	const all = await fields(
		window,
		box,
		8 + widths.reduce((sum, [flag, bytes]) => sum + ((flags & flag) === 0 ? 0 : bytes), 0),
	);
	let at = 8;
	for (const [flag, bytes] of widths) {
		if ((flags & flag) === 0) continue;
		if (flag === TFHD.base) run.base = Number(all.readBigUInt64BE(at));
		else if (flag === TFHD.duration) run.defaults.duration = all.readUInt32BE(at);
		else if (flag === TFHD.size) run.defaults.size = all.readUInt32BE(at);
		else if (flag === TFHD.flags) run.defaults.flags = all.readUInt32BE(at);
		at += bytes;
	}
	run.next = run.base;
	return run;
}

async function* runFrames(
	window: ByteWindow,
	box: Box,
	run: Run,
	timescale: number,
	state: FragmentState,
	shiftUnits: number,
): AsyncGenerator<FoundFrame, void, undefined> {
	const { source } = window;
	const has = (await fields(window, box, 8)).readUIntBE(1, 3);
	const extra = (has & TRUN.offset ? 4 : 0) + (has & TRUN.firstFlags ? 4 : 0);
	const head = await fields(window, box, 8 + extra);
	const isLater = head.readUInt8(0) > 0;
	const count = head.readUInt32BE(4);
	if (has & TRUN.offset) run.next = run.base + head.readInt32BE(8);
	const firstFlags = has & TRUN.firstFlags ? head.readUInt32BE(4 + extra) : undefined;
	const width = 4 * [TRUN.duration, TRUN.size, TRUN.flags, TRUN.shift].filter(flag => (has & flag) !== 0).length;
	const at = box.body + 8 + extra;
	if (count * width > box.end - at) {
		throw formatErrors.damaged(
			source.path,
			box.start,
			`a fragment says that it has ${count} frames, for which it is too short`,
		);
	}
	const entries = new TableCursor(source, at, count, width);
	try {
		for (let i = 0; i < count; i++) {
			let { duration, size, flags } = run.defaults;
			if (i === 0 && firstFlags !== undefined) flags = firstFlags;
			let shift = 0;
			if (width > 0) {
				const entry = entries.here() ?? (await entries.next());
				let field = 0;
				const next = () => {
					field += 4;
					return entry.readUInt32BE(field - 4);
				};
				if (has & TRUN.duration) duration = next();
				if (has & TRUN.size) size = next();
				if (has & TRUN.flags) flags = next();
				if (has & TRUN.shift) shift = isLater ? next() | 0 : next();
			} else if (size === 0) {
				throw formatErrors.damaged(source.path, box.start, 'a fragment lists frames without a size');
			}
			if (run.next < 0 || run.next + size > source.size) throw source.truncated(Math.max(run.next, 0), size, 'a frame');
			run.next += size;
			yield {
				timestamp: (state.time + shift + shiftUnits) / timescale,
				key: (flags & NOT_SYNC) === 0,
				sizeBytes: size,
				duration: duration > 0 ? duration / timescale : undefined,
			};
			state.time += duration;
		}
	} finally {
		entries.release();
	}
}
