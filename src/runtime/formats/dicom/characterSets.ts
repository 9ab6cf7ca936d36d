/** Texts in the character sets that (0008,0005) names (PS3.3 C.12.1.1.2, PS3.5 6.1), with ISO 2022 escapes. */

type Decode = (bytes: Buffer) => string;

export interface CharacterSets {
	/** As the file has them. */
	readonly names: readonly string[];
	/** Also of values that a backslash parts; `person`: with `^` and `=` that part the components of names. */
	decode(bytes: Buffer, person: boolean): string;
}

const ESCAPE = 0x1b;
const BACKSLASH = 0x5c;
/** After these the first character set holds again (PS3.5, 6.1.2.5.3). */
const RESETTING = new Set([0x09, 0x0a, 0x0c, 0x0d, BACKSLASH]);
const RESETTING_IN_NAMES = new Set([...RESETTING, 0x5e, 0x3d]);

const ascii: Decode = bytes => bytes.toString('latin1');
const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

/** Node without its full tables of characters knows few labels: then Latin 1 has to do. */
function labelled(label: string): Decode {
	return bytes => {
		let decoder = decoders.get(label);
		if (!decoder) {
			try {
				decoder = new TextDecoder(label);
			} catch {
				return ascii(bytes);
			}
			decoders.set(label, decoder);
		}
		return decoder.decode(bytes);
	};
}

/** Half-width katakana in the upper half. */
const katakana: Decode = bytes =>
	Array.from(bytes, byte => String.fromCharCode(byte > 0xa0 && byte < 0xe0 ? byte + 0xfec0 : byte)).join('');

/** Two bytes of seven bits a character, as EUC-JP has them with the eighth bit; JIS X 0212 after a byte of its own. */
function japanese(supplement: boolean): Decode {
	const decode = labelled('euc-jp');
	return bytes => {
		const marked: number[] = [];
		for (let i = 0; i < bytes.length; i++) {
			if (supplement && i % 2 === 0 && i + 1 < bytes.length) marked.push(0x8f);
			marked.push((bytes[i] ?? 0) | 0x80);
		}
		return decode(Buffer.from(marked));
	};
}

const shared = {
	latin1: ascii,
	korean: labelled('euc-kr'),
	chinese: labelled('gbk'),
};

/** By the number of the set in ISO's register; what lies in the upper half. */
const upperHalves: Readonly<Record<string, Decode>> = {
	'13': katakana,
	'58': shared.chinese,
	'100': ascii,
	'101': labelled('iso-8859-2'),
	'109': labelled('iso-8859-3'),
	'110': labelled('iso-8859-4'),
	'126': labelled('iso-8859-7'),
	'127': labelled('iso-8859-6'),
	'138': labelled('iso-8859-8'),
	'144': labelled('iso-8859-5'),
	'148': labelled('iso-8859-9'),
	'149': shared.korean,
	'166': labelled('windows-874'),
	'203': labelled('iso-8859-15'),
};

/** Sets that stand for themselves: no escapes. */
const whole: Readonly<Record<string, Decode>> = {
	'192': labelled('utf-8'),
	GB18030: labelled('gb18030'),
	GBK: shared.chinese,
};

interface Half {
	readonly decode: Decode;
	/** Into the lower half, and two bytes a character: delimiters among them are none. */
	readonly lower: boolean;
	readonly wide: boolean;
}

const lower = (decode: Decode, wide = false): Half => ({ decode, lower: true, wide });
const upper = (set: string): Half => ({ decode: upperHalves[set] ?? ascii, lower: false, wide: false });

/** What follows the escape byte. */
const escapes: readonly (readonly [string, Half])[] = [
	['(B', lower(ascii)],
	['(J', lower(ascii)],
	['$@', lower(japanese(false), true)],
	['$B', lower(japanese(false), true)],
	['$(D', lower(japanese(true), true)],
	[')I', upper('13')],
	['$)C', upper('149')],
	['$)A', upper('58')],
	['-A', upper('100')],
	['-B', upper('101')],
	['-C', upper('109')],
	['-D', upper('110')],
	['-F', upper('126')],
	['-G', upper('127')],
	['-H', upper('138')],
	['-L', upper('144')],
	['-M', upper('148')],
	['-T', upper('166')],
	['-b', upper('203')],
];

export const DEFAULT_CHARACTER_SETS: CharacterSets = { names: [], decode: ascii };

/** For the values of (0008,0005). One that is not known reads as Latin 1. */
export function characterSets(names: readonly string[]): CharacterSets {
	const first = setOf(names[0] ?? '');
	const alone = whole[first];
	if (alone) return { names, decode: alone };
	const half = upperHalves[first] ?? ascii;
	return { names, decode: (bytes, person) => withEscapes(bytes, half, person) };
}

/** `ISO_IR 100`, `ISO 2022 IR 100`, and what is written for it by mistake: the number, or the name. */
function setOf(name: string): string {
	const [, number] = /(?:IR|2022)[ _-]*(\d+)\s*$/i.exec(name) ?? [];
	if (number !== undefined) return number;
	const plain = name.trim().toUpperCase();
	if (/^UTF[-_ ]?8$/.test(plain)) return '192';
	return plain.endsWith('GBK') ? 'GBK' : plain;
}

function withEscapes(bytes: Buffer, first: Decode, person: boolean): string {
	if (!bytes.includes(ESCAPE)) return halves(bytes, ascii, first);
	const resetting = person ? RESETTING_IN_NAMES : RESETTING;
	let text = '';
	let low: Half = lower(ascii);
	let high = first;
	let from = 0;
	const flush = (to: number) => {
		if (to > from)
			text += low.wide ? low.decode(bytes.subarray(from, to)) : halves(bytes.subarray(from, to), ascii, high);
		from = to;
	};
	for (let at = 0; at < bytes.length; at++) {
		const byte = bytes[at] ?? 0;
		if (byte === ESCAPE) {
			flush(at);
			const rest = bytes.toString('latin1', at + 1, at + 4);
			const [code, half] = escapes.find(([code]) => rest.startsWith(code)) ?? [];
			if (code === undefined || !half) continue;
			if (half.lower) low = half;
			else high = half.decode;
			at += code.length;
			from = at + 1;
		} else if (!low.wide && resetting.has(byte)) {
			flush(at);
			high = first;
		}
	}
	flush(bytes.length);
	return text;
}

/** Runs of seven bits by one set, runs with the eighth by the other. */
function halves(bytes: Buffer, low: Decode, high: Decode): string {
	if (high === low) return low(bytes);
	let text = '';
	let from = 0;
	while (from < bytes.length) {
		const above = (bytes[from] ?? 0) >= 0x80;
		let to = from + 1;
		while (to < bytes.length && (bytes[to] ?? 0) >= 0x80 === above) to++;
		text += (above ? high : low)(bytes.subarray(from, to));
		from = to;
	}
	return text;
}
