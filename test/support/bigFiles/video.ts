import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ffmpeg } from '../ffmpeg.ts';
import {
	clusterTime,
	element,
	frameAt,
	matroskaHead,
	mp4Head,
	mp4Movie,
	simpleBlockHead,
	type WrittenFrame,
} from '../videoFiles.ts';

const MEAN_BYTES = 40_000;
/** Few and large: what reads whole clusters shows. */
const PER_CLUSTER = 600;

/** A film of about so many bytes. MP4 has its table of contents at the end; AVI is written by ffmpeg. */
export const variants: Readonly<Record<string, (path: string, bytes: number) => Promise<void>>> = {
	mp4: (path, bytes) => write(path, mp4(framesOf(bytes))),
	mkv: (path, bytes) => write(path, matroska(framesOf(bytes))),
	avi,
};

export const makeBig = (path: string, bytes: number): Promise<void> => write(path, mp4(framesOf(bytes)));

const framesOf = (bytes: number): WrittenFrame[] =>
	Array.from({ length: Math.ceil(bytes / MEAN_BYTES) }, (_, i) => frameAt(i, MEAN_BYTES));

async function write(path: string, parts: Iterable<Buffer>): Promise<void> {
	await pipeline(Readable.from(parts), createWriteStream(path));
}

/** Pixels as they are, which nothing need be encoded for: each frame 38 kB. */
async function avi(path: string, bytes: number): Promise<void> {
	const [width, height] = [176, 144];
	const frames = Math.ceil(bytes / (width * height * 1.5));
	const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=25`, '-pix_fmt', 'yuv420p'];
	await ffmpeg(...picture, '-frames:v', String(frames), '-c:v', 'rawvideo', '-f', 'avi', path);
}

function* mp4(frames: readonly WrittenFrame[]): Generator<Buffer> {
	const head = mp4Head(frames.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
	yield head;
	for (const [i, { sizeBytes }] of frames.entries()) yield Buffer.alloc(sizeBytes, i & 0xff);
	yield mp4Movie(frames, head.length);
}

function* matroska(frames: readonly WrittenFrame[]): Generator<Buffer> {
	const clusters: WrittenFrame[][] = [];
	for (let i = 0; i < frames.length; i += PER_CLUSTER) clusters.push(frames.slice(i, i + PER_CLUSTER));
	const contents = clusters.map(cluster => {
		const from = cluster[0]?.time ?? 0;
		return {
			from,
			cluster,
			bytes: cluster.reduce(
				(sum, one) => sum + simpleBlockHead(one, from).length + one.sizeBytes,
				clusterTime(from).length,
			),
		};
	});
	const empty = matroskaHead(0).length;
	const before =
		empty - element(0x1a45dfa3, element(0x4282, Buffer.from('matroska'))).length - element(0x18538067, 0).length;
	yield matroskaHead(contents.reduce((sum, { bytes }) => sum + bytes + element(0x1f43b675, 0).length, before));
	for (const { from, cluster, bytes } of contents) {
		yield element(0x1f43b675, bytes);
		yield clusterTime(from);
		for (const [i, one] of cluster.entries()) {
			yield simpleBlockHead(one, from);
			yield Buffer.alloc(one.sizeBytes, i & 0xff);
		}
	}
}
