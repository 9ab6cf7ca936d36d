/** Oblique lines of a colour: what was forced or simulated is told apart from the rest without colour. */
export function hatch(ctx: CanvasRenderingContext2D, color: string): CanvasPattern | string {
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
	return ctx.createPattern(tile, 'repeat') ?? color;
}
