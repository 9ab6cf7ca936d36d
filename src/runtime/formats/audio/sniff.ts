import type { ByteWindow } from '../byteSource.ts';
import { skipId3 } from './id3.ts';
import { mpegHeader } from './mp3Header.ts';
import { WAV_MAGIC } from './wav.ts';

/** `other`: not for our own reader nor for a WebAssembly decoder. `text`: for nobody. */
export type AudioKind = 'wav' | 'aiff' | 'mp3' | 'flac' | 'ogg' | 'other' | 'text' | 'empty';

/** By content; ID3 tags may stand before anything. */
export async function sniffAudio(window: ByteWindow): Promise<AudioKind> {
	const head = await window.upTo(0, 12);
	if (head.length === 0) return 'empty';
	const magic = head.toString('latin1', 0, 4);
	const kind = head.toString('latin1', 8, 12);
	if (WAV_MAGIC.has(magic) && (kind === 'WAVE' || head.length < 12)) return 'wav';
	if (magic === 'FORM' && (kind === 'AIFF' || kind === 'AIFC' || head.length < 12)) return 'aiff';
	if (magic === 'OggS') return 'ogg';
	const start = await skipId3(window, 0);
	const sound = await window.upTo(start, 8);
	if (sound.toString('latin1', 0, 4) === 'fLaC') return 'flac';
	if (start > 0 || mpegHeader(sound, 0)) return 'mp3';
	return isText(await window.upTo(0, 512)) ? 'text' : 'other';
}

/** A list of files to play is one: ffmpeg would open whatever it names. */
function isText(bytes: Buffer): boolean {
	return bytes.every(byte => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
