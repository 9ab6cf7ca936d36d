/** Longest name of one file or folder in bytes of UTF-8: that of ext4, APFS and most others (NTFS counts 255 units of UTF-16). */
const NAME_BYTES = 255;
/** What is left of it for a suffix. */
const SUFFIX_ROOM = 12;
/** Longest ending that is kept as such when a name is shortened. */
const EXT_BYTES = 32;

/** Refused in names by Windows, control characters among them; the separators by all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const FORBIDDEN = /[\u0000-\u001f\u007f/\\:*?"<>|]/gu;
/** Devices of Windows, whatever follows a point. */
const DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/iu;

/** A value as a part of a name: no separators, nothing that a file system refuses. May be empty. */
export function safePart(text: string): string {
	return text.normalize('NFC').toWellFormed().replace(FORBIDDEN, '_');
}

/**
 * A name that every file system takes and that stays in its folder: not empty, not `.` or `..`, no device of Windows, no point or blank at
 * the end, not too long. `ext` is kept when the rest is shortened.
 */
export function safeName(stem: string, ext = ''): string {
	const ending = shortened(safePart(ext), EXT_BYTES).replace(/[. ]+$/u, '');
	const room = NAME_BYTES - SUFFIX_ROOM - Buffer.byteLength(ending);
	// Points at the start would hide it, or lead upwards.
	let name = shortened(safePart(stem).replace(/^[. ]+/u, ''), room);
	if (ending === '') name = name.replace(/[. ]+$/u, '');
	if (name === '') name = '_';
	return DEVICES.test(name + ending) ? `_${name}${ending}` : name + ending;
}

/** Two names that are equal for some file system: without case, without ways of writing accents. */
export function foldedName(path: string): string {
	// Upper case first: it makes one of ß and ss, of ς and σ.
	return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function shortened(text: string, bytes: number): string {
	if (Buffer.byteLength(text) <= bytes) return text;
	let kept = '';
	let used = 0;
	for (const character of text) {
		used += Buffer.byteLength(character);
		if (used > bytes) break;
		kept += character;
	}
	return kept;
}
