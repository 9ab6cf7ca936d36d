/** Two letters that say what a value is (PS3.5, 6.2). */

/** With 32 bits for the length where the representation stands in the file. */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT = new Set([
	'AE',
	'AS',
	'AT',
	'CS',
	'DA',
	'DS',
	'DT',
	'FD',
	'FL',
	'IS',
	'LO',
	'LT',
	'PN',
	'SH',
	'SL',
	'SS',
	'ST',
	'TM',
	'UI',
	'UL',
	'US',
]);
/** In the character set that the data set names; all others are ASCII. */
const CHARACTER_SET = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
/** A backslash in them is a character and parts no values. */
const SINGLE_TEXT = new Set(['LT', 'ST', 'UR', 'UT']);
const TEXT = new Set([...CHARACTER_SET, 'AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'TM', 'UI', 'UR']);

export const hasLongLength = (vr: string): boolean => LONG.has(vr);
export const isKnownVr = (vr: string): boolean => LONG.has(vr) || SHORT.has(vr);
export const usesCharacterSet = (vr: string): boolean => CHARACTER_SET.has(vr);
export const isSingleText = (vr: string): boolean => SINGLE_TEXT.has(vr);
export const isText = (vr: string): boolean => TEXT.has(vr);

/**
 * The one that holds where the standard leaves a choice (`US/SS`): by the sign of the pixels, which stands before them; words where the
 * choice is between bytes and words, since only implicit files leave it open (PS3.5, annex A.1).
 */
export function chosenVr(vrs: string, signed: boolean): string {
	const slash = vrs.indexOf('/');
	if (slash < 0) return vrs;
	if (vrs.startsWith('US/SS')) return signed ? 'SS' : 'US';
	return vrs.endsWith('OW') ? 'OW' : vrs.slice(0, slash);
}

/** Two capital letters, as the six bytes of tag and representation have them. */
export function looksLikeVr(bytes: Uint8Array, at: number): boolean {
	const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
	return first >= 0x41 && first <= 0x5a && second >= 0x41 && second <= 0x5a;
}
