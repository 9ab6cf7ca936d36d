import { dictionaryTable } from './dictionaryTable.ts';

export interface DictionaryEntry {
	/** Several, joined by `/`, where it depends on other elements: `US/SS`. */
	readonly vr: string;
	readonly keyword: string;
}

interface Repeated extends DictionaryEntry {
	readonly mask: number;
	readonly value: number;
}

/** Lines of the table; an entry is taken apart when it is asked for. */
let known: Map<number, string> | undefined;
let repeated: Repeated[] = [];

/** What the standard says of an element; `undefined` for what is private or unknown. The table is read on first use, 2 ms. */
export function dictionaryEntry(tag: number): DictionaryEntry | undefined {
	const line = lines().get(tag);
	if (line !== undefined) return entryOf(line);
	if (tag & 0x10000) return undefined;
	for (const entry of repeated) if (((tag & entry.mask) ^ entry.value) === 0) return entry;
	// Retired group lengths.
	return (tag & 0xffff) === 0 ? { vr: 'UL', keyword: 'GenericGroupLength' } : undefined;
}

/** `0010,0010` */
export function tagText(tag: number): string {
	const digits = tag.toString(16).toUpperCase().padStart(8, '0');
	return `${digits.slice(0, 4)},${digits.slice(4)}`;
}

export const isPrivate = (tag: number): boolean => (tag & 0x10000) !== 0;

function entryOf(line: string): DictionaryEntry {
	const space = line.indexOf(' ');
	return { vr: line.slice(4, space), keyword: line.slice(space + 1) };
}

function lines(): Map<number, string> {
	if (known) return known;
	known = new Map();
	repeated = [];
	let group = '';
	for (const line of dictionaryTable().split('\n')) {
		if (line.startsWith('+')) group = line.slice(1);
		else if (line !== '') {
			const digits = group + line.slice(0, 4);
			if (!digits.includes('x')) known.set(Number.parseInt(digits, 16), line);
			else {
				const mask = Number.parseInt(digits.replace(/[^x]/g, 'F').replaceAll('x', '0'), 16);
				repeated.push({ mask, value: Number.parseInt(digits.replaceAll('x', '0'), 16), ...entryOf(line) });
			}
		}
	}
	return known;
}
