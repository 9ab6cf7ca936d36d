const made = new Map<string, CanvasPattern>();
/** A theme has a few colours; of very many themes none is kept. */
const MOST_PATTERNS = 64;

/** Oblique lines of a colour: what was forced or simulated is told apart from the rest without colour. */
export function hatch(ctx: CanvasRenderingContext2D, color: string): CanvasPattern | string {
	const known = made.get(color);
	if (known) return known;
	const tile = document.createElement('canvas');
	tile.width = 4;
	tile.height = 4;
	const pen = tile.getContext('2d');
	if (!pen) return color;
	pen.strokeStyle = color;
	pen.beginPath();
	for (const offset of [-4, 0, 4]) {
		pen.moveTo(offset, 4);
		pen.lineTo(offset + 4, 0);
	}
	pen.stroke();
	const pattern = ctx.createPattern(tile, 'repeat');
	if (!pattern) return color;
	if (made.size >= MOST_PATTERNS) made.clear();
	made.set(color, pattern);
	return pattern;
}
