/** As much of `text` as fits, with an ellipsis when it was cut; empty when not even two characters do. */
export function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
	if (width <= 0) return '';
	const full = ctx.measureText(text).width;
	if (full <= width) return text;
	let length = Math.floor((text.length * width) / full);
	while (length >= 2) {
		const cut = `${text.slice(0, length)}…`.toWellFormed();
		if (ctx.measureText(cut).width <= width) return cut;
		length--;
	}
	return '';
}
