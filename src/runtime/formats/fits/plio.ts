/**
 * Undoes PLIO_1, the run lengths of IRAF's masks (FITS standard 4.0, section 10.4.3; IRAF `plp2l.gx`): `words` are 16-bit words, the last seven
 * of the header say its length. Gives `false` where the words make no sense.
 */
export function plioDecode(words: Int16Array, out: Int32Array, pixels: number): boolean {
	out.fill(0, 0, pixels);
	const word = (i: number) => words[i] ?? 0;
	let [length, first] = [word(2), 3];
	// A negative third word: the longer header, whose own length is the second word.
	if (word(2) <= 0) [length, first] = [(word(4) << 15) + word(3), word(1)];
	if (first < 3 || length < 0 || length > words.length) return false;
	let value = 1;
	let at = 0;
	for (let i = first; i < length && at < pixels; i++) {
		const opcode = (word(i) >> 12) & 15;
		const data = word(i) & 4095;
		switch (opcode) {
			case 0:
				at += data;
				break;
			case 1:
				if (i + 1 >= length) return false;
				value = (word(++i) << 12) + data;
				break;
			case 2:
				value += data;
				break;
			case 3:
				value -= data;
				break;
			case 4:
				out.fill(value, at, Math.min(at + data, pixels));
				at += data;
				break;
			case 5:
				at += data;
				if (at > 0 && at <= pixels && data > 0) out[at - 1] = value;
				break;
			case 6:
			case 7:
				value += opcode === 6 ? data : -data;
				if (at < pixels) out[at] = value;
				at++;
				break;
			default:
				return false;
		}
	}
	return true;
}
