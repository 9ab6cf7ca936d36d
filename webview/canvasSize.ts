/** Makes a canvas as large as asked, in CSS pixels, and empty. A canvas that has its size keeps its memory: drawing again is quick. */
export function sizeCanvas(
	element: HTMLCanvasElement,
	ctx: CanvasRenderingContext2D,
	width: number,
	height: number,
): void {
	const scale = globalThis.devicePixelRatio;
	const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
	if (element.width !== wide || element.height !== high) {
		element.width = wide;
		element.height = high;
	} else {
		ctx.reset();
	}
	ctx.setTransform(scale, 0, 0, scale, 0, 0);
}
