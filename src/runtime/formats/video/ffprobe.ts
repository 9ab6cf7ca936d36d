import { isRecord, isString } from '../../../protocol/guards.ts';
import { findProgram } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { checkForPrograms, type Fields, type Probed, probed, programOutput } from '../ffmpegPrograms.ts';
import { formatErrors } from '../formatErrors.ts';
import type { ReaderSettings } from '../formatReader.ts';
import { aviEnd } from './aviEnd.ts';
import type { AudioTrackFacts, FoundFrame, FrameFinder, VideoFacts } from './videoTypes.ts';

const MOST_LINE_BYTES = 4 * 1024;
const REPORT_BYTES = 1024 * 1024;
const FACTS =
	'format=format_name,duration:stream=codec_type,codec_name,codec_tag_string,width,height,avg_frame_rate,duration,channels,sample_rate,nb_frames:stream_disposition=attached_pic:stream_side_data=rotation';
const PACKET = 'packet=pts_time,dts_time,duration_time,size,flags,pos';

/** Whatever the program `ffprobe` knows: it runs as a child and tells the frames line by line. */
export class FfprobeFile implements FrameFinder {
	readonly facts: VideoFacts;
	readonly #source: ByteSource;
	readonly #settings: ReaderSettings;
	readonly #program: string;
	/** Of the video among the file's streams. */
	readonly #stream: number;

	private constructor(source: ByteSource, settings: ReaderSettings, program: string, told: Told) {
		this.#source = source;
		this.#settings = settings;
		this.#program = program;
		this.#stream = told.stream;
		this.facts = told.facts;
	}

	/** Throws `missingProgram`, `damaged` with what ffprobe says, `unsupported` without video or where the file has no path. */
	static async open(source: ByteSource, settings: ReaderSettings, chosen: string | undefined): Promise<FfprobeFile> {
		await checkForPrograms(source, settings);
		const program = findProgram('ffprobe', chosen);
		const told = await probed(program, ['-show_entries', FACTS], source, settings);
		return new FfprobeFile(source, settings, program, toldBy(told, source.path));
	}

	async *frames(): AsyncGenerator<FoundFrame, void, undefined> {
		const { track, size } = this.#source;
		const { frameRate = 0 } = this.facts;
		const args = ['-select_streams', `${this.#stream}`, '-show_entries', PACKET, '-of', 'compact=p=0'];
		let count = 0;
		// Its first bytes were looked at here.
		let reported = Math.min(track.record.readBytes, size);
		for await (const line of lines(this.#program, args, this.#source, this.#settings)) {
			const fields = new Map(line.split('|').map(field => field.split('=', 2) as [string, string]));
			const sizeBytes = numberIn(fields.get('size'));
			// Behind packets of MPEG-TS stand empty lines, and side data of others.
			if (sizeBytes === undefined) continue;
			const place = numberIn(fields.get('pos')) ?? 0;
			if (place >= reported + REPORT_BYTES) {
				track.chunk(place - reported, REPORT_BYTES);
				reported = place;
			}
			const told = numberIn(fields.get('pts_time')) ?? numberIn(fields.get('dts_time'));
			yield {
				timestamp: told ?? (frameRate > 0 ? count / frameRate : 0),
				key: fields.get('flags')?.startsWith('K') === true,
				sizeBytes,
				duration: numberIn(fields.get('duration_time')),
			};
			count++;
		}
		track.chunk(Math.max(0, size - reported), REPORT_BYTES);
		await this.#checkEnd();
	}

	/** ffprobe takes a file that is cut off for one that ends there. */
	async #checkEnd(): Promise<void> {
		const end = this.facts.container === 'avi' ? await aviEnd(this.#source) : undefined;
		if (end !== undefined && end > this.#source.size)
			throw this.#source.truncated(this.#source.size, end - this.#source.size);
	}
}

/** What it prints, line by line, as far as it is asked for. */
async function* lines(
	program: string,
	args: readonly string[],
	source: ByteSource,
	settings: ReaderSettings,
): AsyncGenerator<string, void, undefined> {
	let rest = '';
	for await (const chunk of programOutput(program, args, [], source, settings)) {
		const parts = (rest + chunk.toString('latin1')).split(/\r?\n/);
		rest = parts.pop() ?? '';
		if (rest.length > MOST_LINE_BYTES)
			throw formatErrors.damaged(source.path, undefined, 'ffprobe tells of it in too long lines');
		for (const part of parts) if (part !== '') yield part;
	}
	if (rest !== '') yield rest;
}

interface Told {
	stream: number;
	facts: VideoFacts;
}

function toldBy({ format, streams }: Probed, path: string): Told {
	const stream = streams.findIndex(one => one.codec_type === 'video' && !isPicture(one));
	const video = streams[stream];
	if (!video) throw formatErrors.unsupported(path, 'it holds no video track.');
	const names = isString(format.format_name) ? format.format_name : 'unknown';
	const duration = numberIn(video.duration) ?? numberIn(format.duration);
	const frameRate = ratioIn(video.avg_frame_rate);
	const frames = numberIn(video.nb_frames);
	const rotation = rotationIn(video.side_data_list);
	return {
		stream,
		facts: {
			container: names.split(',', 1)[0] ?? names,
			codec: nameIn(video),
			width: numberIn(video.width) ?? 0,
			height: numberIn(video.height) ?? 0,
			...(frameRate !== undefined && { frameRate }),
			...(duration !== undefined && { duration }),
			...(frames !== undefined && { frames }),
			...(rotation !== undefined && { rotation }),
			audio: streams.filter(one => one.codec_type === 'audio').map(audioIn),
			via: 'ffprobe',
		},
	};
}

/** The cover of a piece of music is no film. */
const isPicture = ({ disposition }: Fields): boolean => isRecord(disposition) && disposition.attached_pic === 1;

const nameIn = ({ codec_name, codec_tag_string }: Fields): string =>
	isString(codec_name) ? codec_name : isString(codec_tag_string) ? codec_tag_string : 'unknown';

function audioIn(stream: Fields): AudioTrackFacts {
	const channels = numberIn(stream.channels);
	const sampleRate = numberIn(stream.sample_rate);
	return { codec: nameIn(stream), ...(channels && { channels }), ...(sampleRate && { sampleRate }) };
}

function rotationIn(list: unknown): number | undefined {
	const first = Array.isArray(list) ? list.find(one => isRecord(one) && 'rotation' in one) : undefined;
	const told = isRecord(first) ? numberIn(first.rotation) : undefined;
	// Counted the other way round there.
	const turned = told === undefined ? 0 : (((360 - Math.round(told)) % 360) + 360) % 360;
	return turned === 90 || turned === 180 || turned === 270 ? turned : undefined;
}

/** `N/A` and what is no number: `undefined`. */
function numberIn(value: unknown): number | undefined {
	if ((!isString(value) && typeof value !== 'number') || value === '') return undefined;
	const number = Number(value);
	return Number.isFinite(number) ? number : undefined;
}

function ratioIn(value: unknown): number | undefined {
	const [above, below] = isString(value) ? value.split('/').map(Number) : [];
	return above && below ? above / below : undefined;
}
