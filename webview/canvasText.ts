const widths = new Map<string, number>();
/** Names that stand in a picture now, several times over. */
const MOST_WIDTHS = 20_000;

function widthOf(ctx: CanvasRenderingContext2D, text: string): number {
	const key = `${ctx.font} ${text}`;
	const known = widths.get(key);
	if (known !== undefined) return known;
	const { width } = ctx.measureText(text);
	if (widths.size >= MOST_WIDTHS) widths.clear();
	widths.set(key, width);
	return width;
}

/** As much of `text` as fits, with an ellipsis when it was cut; empty when not even two characters do. */
export function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
	if (width <= 0) return '';
	const full = widthOf(ctx, text);
	if (full <= width) return text;
	let length = Math.floor((text.length * width) / full);
	while (length >= 2) {
		const cut = `${text.slice(0, length)}…`.toWellFormed();
		if (widthOf(ctx, cut) <= width) return cut;
		length--;
	}
	return '';
}
