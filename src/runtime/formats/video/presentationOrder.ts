import type { FoundFrame } from './videoTypes.ts';

/** H.264 and HEVC let a decoder hold 16 pictures at most. */
const WINDOW = 64;

/** The frames as they are shown, sorted within a window: what is further apart comes as it stands. */
export async function* inPresentationOrder(
	frames: AsyncIterable<FoundFrame>,
): AsyncGenerator<FoundFrame, void, undefined> {
	const held: FoundFrame[] = [];
	for await (const frame of frames) {
		let at = held.length;
		// Most come in order; those of the same time stay as they stand.
		while (at > 0 && (held[at - 1] as FoundFrame).timestamp > frame.timestamp) at--;
		held.splice(at, 0, frame);
		if (held.length > WINDOW) yield held.shift() as FoundFrame;
	}
	yield* held;
}
