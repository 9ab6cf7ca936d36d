/** A complex number of a header. */
export interface FitsComplex {
	readonly re: number;
	readonly im: number;
}

/** What a card says: whole numbers beyond 2⁵³ are `bigint`; `null` where there is a keyword and no value. */
export type FitsValue = string | number | bigint | boolean | FitsComplex | null;

/** One entry of a header; a long string over several cards (CONTINUE) is one. */
export interface FitsCard {
	/** In capitals; without `HIERARCH`; empty for a blank card. */
	readonly keyword: string;
	readonly value: FitsValue;
	/** What stands behind the slash; of COMMENT, HISTORY and blank cards the text. */
	readonly comment: string;
}

export interface ParsedCard extends FitsCard {
	/** What is wrong with it, in words for a warning. */
	readonly problem?: string;
}

export const CARD_BYTES = 80;
const COMMENTARY = new Set(['COMMENT', 'HISTORY', '']);
const WHOLE = /^[+-]?\d+$/;
const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[ED][+-]?\d+)?$/i;
const COMPLEX = /^\(([^,()]*),([^,()]*)\)$/;
const KEYWORD = /^[A-Z0-9_-]+$/;

/** Reads one card of 80 characters (FITS standard 4.0, section 4.1). Whatever stands there, it gives a card. */
export function parseCard(text: string): ParsedCard {
	const keyword = text.slice(0, 8).trimEnd().toUpperCase();
	if (COMMENTARY.has(keyword)) return { keyword, value: null, comment: text.slice(8).trimEnd() };
	if (text[8] === '=') {
		const parsed = parseValue(text.slice(9));
		const problem = parsed.problem ?? (KEYWORD.test(keyword) ? undefined : 'its keyword has characters of no keyword');
		return { ...parsed, keyword, ...(problem !== undefined && { problem }) };
	}
	if (keyword === 'CONTINUE') return { ...parseValue(text.slice(8)), keyword };
	const equals = text.indexOf('=');
	// The ESO's way to longer keywords, part of the registered conventions.
	if (keyword === 'HIERARCH' && equals > 0) {
		return { ...parseValue(text.slice(equals + 1)), keyword: text.slice(8, equals).trim().toUpperCase() };
	}
	if (equals > 0 && equals < 8 && KEYWORD.test(text.slice(0, equals).trimEnd().toUpperCase())) {
		const parsed = parseValue(text.slice(equals + 1));
		return { ...parsed, keyword: text.slice(0, equals).trimEnd().toUpperCase(), problem: 'its "=" is not at column 9' };
	}
	return { keyword, value: null, comment: text.slice(8).trimEnd() };
}

interface ParsedValue {
	readonly value: FitsValue;
	readonly comment: string;
	readonly problem?: string;
}

/** What stands behind the `=`: a value, and a comment behind a slash. */
export function parseValue(text: string): ParsedValue {
	const field = text.trimStart();
	if (field.startsWith("'")) return parseString(field);
	const slash = text.indexOf('/');
	const word = (slash < 0 ? text : text.slice(0, slash)).trim();
	const comment = slash < 0 ? '' : text.slice(slash + 1).trim();
	const value = parseWord(word);
	if (value !== undefined) return { value, comment };
	return { value: word, comment, problem: 'its value is neither a number nor a text in quotes' };
}

function parseString(field: string): ParsedValue {
	let end = field.indexOf("'", 1);
	while (end >= 0 && field[end + 1] === "'") end = field.indexOf("'", end + 2);
	// Blanks at the end of a text mean nothing; those at its start do.
	const value = field
		.slice(1, end < 0 ? undefined : end)
		.replaceAll("''", "'")
		.trimEnd();
	if (end < 0) return { value, comment: '', problem: 'its text has no closing quote' };
	const slash = field.indexOf('/', end);
	return { value, comment: slash < 0 ? '' : field.slice(slash + 1).trim() };
}

function parseWord(word: string): FitsValue | undefined {
	if (word === '') return null;
	if (word === 'T') return true;
	if (word === 'F') return false;
	const number = parseNumber(word);
	if (number !== undefined) return number;
	const [, re, im] = COMPLEX.exec(word) ?? [];
	if (re === undefined || im === undefined) return undefined;
	const [realPart, imaginaryPart] = [parseNumber(re.trim()), parseNumber(im.trim())];
	if (realPart === undefined || imaginaryPart === undefined) return undefined;
	return { re: Number(realPart), im: Number(imaginaryPart) };
}

/** Fortran writes exponents with D, too. */
function parseNumber(word: string): number | bigint | undefined {
	if (WHOLE.test(word)) {
		const number = Number(word);
		return Number.isSafeInteger(number) ? number : BigInt(word.startsWith('+') ? word.slice(1) : word);
	}
	return REAL.test(word) ? Number(word.replace(/d/i, 'e')) : undefined;
}
