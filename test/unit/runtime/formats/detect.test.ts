import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { StreamEntry } from '../../../../src/protocol/runtimeEntries.ts';
import { detectFormat } from '../../../../src/runtime/formats/detect.ts';
import { generator } from '../../../support/hostile.ts';
import { scratch } from '../files/files.ts';
import { recordingHub } from '../hub.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const at = (offset: number, text: string, bytes = 1000) => {
	const content = Buffer.alloc(bytes);
	content.write(text, offset, 'latin1');
	return content;
};
const box = (name: string, ...contents: Buffer[]) => {
	const inside = Buffer.concat(contents);
	const header = Buffer.alloc(8);
	header.writeUInt32BE(8 + inside.length);
	header.write(name, 4, 'latin1');
	return Buffer.concat([header, inside]);
};
const track = (handler: string) =>
	box('trak', box('mdia', box('hdlr', Buffer.alloc(8), latin1(handler), Buffer.alloc(12))));
const mp4 = (...handlers: string[]) =>
	Buffer.concat([
		box('ftyp', latin1('isom\0\0\0\0isomavc1')),
		box('mdat', Buffer.alloc(40_000)),
		box('moov', ...handlers.map(track)),
	]);
/** 128 kbit/s, 44.1 kHz: 417 bytes. */
const mp3Frame = Buffer.concat([Buffer.from('fffb9000', 'hex'), Buffer.alloc(413)]);
const mp3 = Buffer.concat([mp3Frame, mp3Frame, mp3Frame]);
const adtsFrame = Buffer.concat([Buffer.from('fff150800d7ffc', 'hex'), Buffer.alloc(100)]);
const id3 = (bytes: number) =>
	Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, bytes >> 7, bytes & 127]), Buffer.alloc(bytes)]);
const transport = (packet: number, first: number) => {
	const content = Buffer.alloc(packet * 8);
	for (let i = 0; i < 8; i++) content[i * packet + first] = 0x47;
	return content;
};
const element = (group: number, number: number, value: string) => {
	const header = Buffer.alloc(8);
	header.writeUInt16LE(group);
	header.writeUInt16LE(number, 2);
	header.writeUInt32LE(value.length, 4);
	return Buffer.concat([header, latin1(value)]);
};
const bareDicom = Buffer.concat([
	element(8, 5, 'ISO_IR 100'),
	element(8, 0x16, '1.2.840.10'),
	element(8, 0x20, '20200101'),
]);
const HDF5 = '\x89HDF\r\n\x1a\n';

describe('detectFormat', () => {
	const { file } = scratch();
	const known: [what: string, content: Buffer, format: string, mediaType: string][] = [
		['DICOM', at(128, 'DICM'), 'dicom', 'application/dicom'],
		['DICOM without preamble', bareDicom, 'dicom', 'application/dicom'],
		['DICOM behind a stray space', Buffer.concat([latin1(' '), bareDicom]), 'dicom', 'application/dicom'],
		['FITS', latin1('SIMPLE  =                    T'), 'fits', 'application/fits'],
		['FITS packed by gzip', gzipSync(at(0, 'SIMPLE  =                    T', 60_000)), 'fits', 'application/gzip'],
		['a text packed by gzip', gzipSync('SIMPLE text'), 'other', 'application/gzip'],
		['CDF-1', latin1('CDF\x01\0\0\0\0'), 'netcdf', 'application/x-netcdf'],
		['CDF-5', latin1('CDF\x05\0\0\0\0'), 'netcdf', 'application/x-netcdf'],
		['HDF5', at(0, HDF5), 'hdf5', 'application/x-hdf5'],
		['HDF5 behind 512 bytes', at(512, HDF5), 'hdf5', 'application/x-hdf5'],
		['HDF5 behind 128 KiB', at(131_072, HDF5, 140_000), 'hdf5', 'application/x-hdf5'],
		['NetCDF-4', Buffer.concat([at(0, HDF5, 100_000), latin1('_NCProperties')]), 'netcdf', 'application/x-netcdf4'],
		['WAV', latin1('RIFF\0\0\0\0WAVEfmt '), 'audio', 'audio/wav'],
		['RF64', latin1('RF64\xff\xff\xff\xffWAVEds64'), 'audio', 'audio/wav'],
		['RIFX', latin1('RIFX\0\0\0\0WAVEfmt '), 'audio', 'audio/wav'],
		['AVI', latin1('RIFF\0\0\0\0AVI LIST'), 'video', 'video/x-msvideo'],
		['AIFF', latin1('FORM\0\0\0\0AIFFCOMM'), 'audio', 'audio/aiff'],
		['MP3', mp3, 'audio', 'audio/mpeg'],
		['MP3 behind a tag', Buffer.concat([id3(3000), Buffer.alloc(100), mp3]), 'audio', 'audio/mpeg'],
		['FLAC behind a tag', Buffer.concat([id3(3000), latin1('fLaC')]), 'audio', 'audio/flac'],
		['AAC', Buffer.concat([adtsFrame, adtsFrame]), 'audio', 'audio/aac'],
		['FLAC', latin1('fLaC\0\0\0\x22'), 'audio', 'audio/flac'],
		['Ogg Vorbis', at(0, `OggS${'\0'.repeat(24)}\x01vorbis`), 'audio', 'audio/ogg; codecs=vorbis'],
		['Ogg Opus', at(0, `OggS${'\0'.repeat(24)}OpusHead`), 'audio', 'audio/ogg; codecs=opus'],
		['Ogg Theora', at(0, `OggS${'\0'.repeat(24)}\x80theora`), 'video', 'video/ogg'],
		['MP4', mp4('soun', 'vide'), 'video', 'video/mp4'],
		['MP4 of sound only', mp4('soun'), 'audio', 'audio/mp4'],
		['M4A', box('ftyp', latin1('M4A \0\0\0\0')), 'audio', 'audio/mp4'],
		[
			'MP4 in many pieces',
			Buffer.concat([mp4('vide'), Buffer.concat(Array.from({ length: 5000 }, () => box('moof')))]),
			'video',
			'video/mp4',
		],
		['QuickTime', box('ftyp', latin1('qt  \0\0\0\0')), 'video', 'video/quicktime'],
		['HEIC', box('ftyp', latin1('mif1\0\0\0\0mif1heic')), 'image', 'image/heic'],
		['AVIF', box('ftyp', latin1('avif\0\0\0\0mif1')), 'image', 'image/avif'],
		['WebM', latin1('\x1a\x45\xdf\xa3\x9fB\x82\x84webmV_VP9'), 'video', 'video/webm'],
		['Matroska sound', latin1('\x1a\x45\xdf\xa3\x9fB\x82\x88matroskaA_OPUS'), 'audio', 'audio/x-matroska'],
		['MPEG-TS', transport(188, 0), 'video', 'video/mp2t'],
		['M2TS', transport(192, 4), 'video', 'video/mp2t'],
		['MPEG-PS', latin1('\0\0\x01\xba\x44'), 'video', 'video/mpeg'],
		['FLV', latin1('FLV\x01\x05'), 'video', 'video/x-flv'],
		['JPEG', latin1('\xff\xd8\xff\xe0'), 'image', 'image/jpeg'],
		['PNG', latin1('\x89PNG\r\n\x1a\n'), 'image', 'image/png'],
		['TIFF', latin1('II*\0\x08'), 'image', 'image/tiff'],
		['WebP', latin1('RIFF\0\0\0\0WEBPVP8 '), 'image', 'image/webp'],
		['SVG', latin1('<?xml version="1.0"?>\n<svg xmlns="x"/>'), 'image', 'image/svg+xml'],
		['SVG behind comments', latin1(`<!-- a -->\n${'<!---->'.repeat(400)}<svg>`), 'image', 'image/svg+xml'],
		['comments only', latin1(`${'<!---->'.repeat(500)}<x>`), 'binary', 'text/plain'],
		['HDF4', latin1('\x0e\x03\x13\x01'), 'other', 'application/x-hdf'],
		['NASA CDF', latin1('\xcd\xf3\x00\x01'), 'other', 'application/x-cdf'],
		['GRIB', latin1('GRIB\0\0\0\x02'), 'other', 'application/x-grib'],
		['gzip', latin1('\x1f\x8b\x08\0'), 'other', 'application/gzip'],
		['ZIP', latin1('PK\x03\x04'), 'other', 'application/zip'],
		['PDF', latin1('%PDF-1.7'), 'other', 'application/pdf'],
		['Parquet', latin1('PAR1'), 'other', 'application/vnd.apache.parquet'],
		['text', latin1('day,rain\n1,2\n'), 'binary', 'text/plain'],
		['nothing', Buffer.alloc(0), 'binary', 'application/octet-stream'],
		['zeros', Buffer.alloc(5000), 'binary', 'application/octet-stream'],
	];
	for (const [what, content, format, mediaType] of known) {
		it(`knows ${what}`, async () => {
			const found = await detectFormat(file(content));
			assert.deepEqual([found.format, found.mediaType], [format, mediaType]);
			if (format === 'other') assert.match(found.advice ?? '', /\.$/);
		});
	}

	it('takes no single frame, no two letters for a format', async () => {
		for (const content of [
			mp3Frame,
			Buffer.concat([mp3Frame, Buffer.alloc(1000)]),
			latin1('BM is no picture'),
			latin1('OK'),
		]) {
			assert.equal((await detectFormat(file(content))).format, 'binary');
		}
	});

	it('finds nothing certain in noise, and reads little of it', async () => {
		const random = generator(7);
		for (let round = 0; round < 200; round++) {
			const noise = Buffer.from(Array.from({ length: 600 }, () => random() & 0xff));
			const { confidence } = await detectFormat(file(noise));
			assert.notEqual(confidence, 'certain');
		}
	});

	it('survives every start of what it knows', async () => {
		for (const [, content] of known) {
			for (let bytes = 0; bytes < Math.min(content.length, 40); bytes += 5)
				await detectFormat(file(content.subarray(0, bytes)));
		}
	});

	it('leaves a given handle open and shows no reader', async () => {
		const hub = recordingHub();
		const handle = await open(file(mp3));
		assert.equal((await detectFormat(handle)).mediaType, 'audio/mpeg');
		assert.equal((await handle.stat()).size, mp3.length);
		await handle.close();
		assert.deepEqual(
			hub.drain().entries.filter((entry): entry is StreamEntry => entry.type === 'stream'),
			[],
		);
		hub.leave();
		await assert.rejects(detectFormat('/nowhere/at/all'), { code: 'fileUnreadable' });
		await assert.rejects(detectFormat(file(mp3), { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
	});
});
