/** Text that comes from a script or a recording, made fit to be looked at. It stays data: callers never use it as markup. */

/** Longest name that a view shows; the rest is cut with an ellipsis. */
export const MAX_SHOWN_LENGTH = 120;

/** C0 and C1 controls, line and paragraph separators, zero-width characters and everything that turns the writing direction. */
const UNSEEN =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
	/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * At most `max` characters of `text` on one line, with every character that cannot be seen replaced by one that can:
 * a line feed becomes `␊`, a direction override `⟨U+202E⟩`. Costs the same for a name of 1 MB as for a short one.
 */
export function visibleText(text: string, max = MAX_SHOWN_LENGTH): string {
	// A character is at most two UTF-16 units; what lies behind cannot be shown any more.
	const characters = Array.from(text.slice(0, 2 * max + 2).toWellFormed());
	const cut = characters.length > max;
	const shown = (cut ? characters.slice(0, max - 1) : characters).join('').replace(UNSEEN, visibleCharacter);
	return cut ? `${shown}…` : shown;
}

function visibleCharacter(character: string): string {
	const code = character.charCodeAt(0);
	if (code < 0x20) return String.fromCharCode(0x2400 + code);
	if (code === 0x7f) return '␡';
	return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
