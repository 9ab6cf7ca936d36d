import type { Probe } from './probe.ts';

/** What an image says of itself in TIFF's manner: TIFF files, and EXIF in JPEG, PNG, WebP, HEIC. */
export interface ExifFacts {
	width?: number;
	height?: number;
	/** `2024-05-01T13:22:11`, local time of the camera. */
	taken?: string;
	camera?: string;
}

// Tags of TIFF 6.0 and EXIF 2.32.
const IMAGE_WIDTH = 0x0100;
const IMAGE_LENGTH = 0x0101;
const MODEL = 0x0110;
const DATE_TIME = 0x0132;
const EXIF_IFD = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const DATE_TIME_DIGITIZED = 0x9004;

const ENTRY_BYTES = 12;
/** Entries of one directory that are looked at. */
const MOST_ENTRIES = 512;
const MOST_TEXT = 64;
const SHORT = 3;

/** Reads the first directory and that of EXIF at `start`, where the TIFF header stands. `undefined` where there is none. */
export async function readExif(probe: Probe, start: number): Promise<ExifFacts | undefined> {
	const head = Buffer.from(await probe.at(start, 8));
	const order = head.toString('latin1', 0, 2);
	if (head.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
	const reader = new Directory(probe, start, order === 'II');
	if (reader.u16(head, 2) !== 42) return undefined;
	const first = await reader.entries(reader.u32(head, 4));
	const exif = await reader.entries(first.get(EXIF_IFD)?.value ?? 0);
	const width = first.get(IMAGE_WIDTH)?.value;
	const height = first.get(IMAGE_LENGTH)?.value;
	const date =
		(await reader.date(exif.get(DATE_TIME_ORIGINAL))) ??
		(await reader.date(exif.get(DATE_TIME_DIGITIZED))) ??
		(await reader.date(first.get(DATE_TIME)));
	const camera = (await reader.text(first.get(MODEL)))?.trim();
	return {
		...(width && { width }),
		...(height && { height }),
		...(date !== undefined && { taken: date }),
		...(camera && { camera }),
	};
}

interface Entry {
	readonly count: number;
	/** The value, or where it stands. */
	readonly value: number;
	/** Offset of the entry's own four bytes. */
	readonly at: number;
}

class Directory {
	readonly #probe: Probe;
	readonly #start: number;
	readonly #little: boolean;

	constructor(probe: Probe, start: number, little: boolean) {
		this.#probe = probe;
		this.#start = start;
		this.#little = little;
	}

	u16(bytes: Buffer, at: number): number {
		return this.#little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
	}

	u32(bytes: Buffer, at: number): number {
		return this.#little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
	}

	async entries(offset: number): Promise<Map<number, Entry>> {
		const found = new Map<number, Entry>();
		if (offset < 8) return found;
		const head = await this.#probe.at(this.#start + offset, 2);
		const count = head.length < 2 ? 0 : Math.min(this.u16(head, 0), MOST_ENTRIES);
		for (let i = 0; i < count; i++) {
			const at = this.#start + offset + 2 + i * ENTRY_BYTES;
			const entry = await this.#probe.at(at, ENTRY_BYTES);
			if (entry.length < ENTRY_BYTES) break;
			const value = this.u16(entry, 2) === SHORT ? this.u16(entry, 8) : this.u32(entry, 8);
			found.set(this.u16(entry, 0), { count: this.u32(entry, 4), value, at: at + 8 });
		}
		return found;
	}

	async text(entry: Entry | undefined): Promise<string | undefined> {
		if (!entry || entry.count === 0) return undefined;
		const length = Math.min(entry.count, MOST_TEXT);
		const bytes = await this.#probe.at(entry.count <= 4 ? entry.at : this.#start + entry.value, length);
		return bytes.length === 0 ? undefined : bytes.toString('latin1').split('\0', 1)[0];
	}

	async date(entry: Entry | undefined): Promise<string | undefined> {
		return checkedDate((await this.text(entry)) ?? '');
	}
}

const DATE = /^(\d{4})[:./-]?(\d{2})[:./-]?(\d{2})(?:[ T](\d{2}):?(\d{2}):?(\d{2}))?/u;
const LAST_DAY = 31;

/** `2024:05:01 13:22:11`, `20240501`, `2024-05-01T13:22:11.5` as `2024-05-01T13:22:11`; `undefined` for what is no date (`0000:00:00`). */
export function checkedDate(text: string): string | undefined {
	const [, year, month, day, hour = '00', minute = '00', second = '00'] = DATE.exec(text.trim()) ?? [];
	if (year === undefined || month === undefined || day === undefined) return undefined;
	const known = Number(year) >= 1800 && Number(month) >= 1 && Number(month) <= 12;
	if (!known || Number(day) < 1 || Number(day) > LAST_DAY) return undefined;
	const time = Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
	return `${year}-${month}-${day}T${time ? `${hour}:${minute}:${second}` : '00:00:00'}`;
}
