import type { RssPart, RssPartKind } from '../../src/analysis/rssParts.ts';
import type { Theme } from '../theme.ts';

/** Told apart by colour and texture together. */
export type Texture = 'solid' | 'rising' | 'falling' | 'dots' | 'level';

export interface PartStyle {
	hue: 'blue' | 'green' | 'orange' | 'purple' | 'yellow' | 'muted';
	texture: Texture;
	meaning: string;
}

/** From the left of the bar and the foot of the chart: first what objects of the script hold, so that `managed` lies inside in one piece. */
export const PART_ORDER: readonly RssPartKind[] = [
	'heapUsed',
	'arrayBuffers',
	'otherExternal',
	'heapFree',
	'codeAndStacks',
	'workers',
	'native',
	'fileMapped',
];

export const PART_STYLES: Record<RssPartKind, PartStyle> = {
	heapUsed: {
		hue: 'green',
		texture: 'solid',
		meaning: 'JavaScript objects on V8’s heap, garbage not yet collected included.',
	},
	arrayBuffers: {
		hue: 'purple',
		texture: 'solid',
		meaning: 'Contents of Buffers, ArrayBuffers and typed arrays, as far as their pages are in RAM.',
	},
	otherExternal: {
		hue: 'orange',
		texture: 'rising',
		meaning:
			'What else V8 knows of outside its heap: long strings from files, WebAssembly, memory of Node’s own objects.',
	},
	heapFree: {
		hue: 'green',
		texture: 'falling',
		meaning: 'Pages that V8 holds for its heap and that are empty. It may use them again or give them back.',
	},
	codeAndStacks: { hue: 'yellow', texture: 'level', meaning: 'Compiled code and the stack of the main thread.' },
	workers: {
		hue: 'yellow',
		texture: 'dots',
		meaning: 'Heaps and buffers of worker threads, which live in this process.',
	},
	native: {
		hue: 'blue',
		texture: 'solid',
		meaning:
			'malloc of Node, V8 and native add-ons, fragmentation, shared memory: what nobody can attribute to a line.',
	},
	fileMapped: {
		hue: 'muted',
		texture: 'rising',
		meaning: 'Pages of mapped files: Node’s own program, libraries, files that the script has mapped.',
	},
};

export const MANAGED_MEANING =
	'Of it, what caches, batches, tensor dictionaries and readers of memory-manager-runtime hold by their own account.';

/** The first kind of a slice decides how it looks; one of several kinds is native memory that could not be told apart further. */
export const styleOf = (kinds: readonly RssPartKind[]): PartStyle =>
	PART_STYLES[kinds.includes('native') ? 'native' : (kinds[0] ?? 'native')];

export const styleKey = (kinds: readonly RssPartKind[]): RssPartKind =>
	kinds.includes('native') ? 'native' : (kinds[0] ?? 'native');

export const meaningOf = (kinds: readonly RssPartKind[]): string =>
	kinds.length === 1
		? styleOf(kinds).meaning
		: 'This system does not tell these apart: one slice holds them all, so that the bar still sums to RSS.';

export const inOrder = (parts: readonly RssPart[]): RssPart[] =>
	[...parts].sort((a, b) => PART_ORDER.indexOf(styleKey(a.kinds)) - PART_ORDER.indexOf(styleKey(b.kinds)));

const TILE = 6;

/** The fill of a part on a canvas. */
export function partFill(
	ctx: CanvasRenderingContext2D,
	theme: Theme,
	{ hue, texture }: PartStyle,
): CanvasPattern | string {
	const color = theme[hue];
	const tile = document.createElement('canvas');
	const scale = globalThis.devicePixelRatio;
	tile.width = TILE * scale;
	tile.height = TILE * scale;
	const pen = tile.getContext('2d');
	if (!pen) return color;
	pen.scale(scale, scale);
	pen.fillStyle = color;
	pen.globalAlpha = texture === 'solid' ? 0.5 : 0.2;
	pen.fillRect(0, 0, TILE, TILE);
	pen.globalAlpha = 0.85;
	pen.strokeStyle = color;
	pen.lineWidth = 1.5;
	pen.beginPath();
	if (texture === 'level') {
		pen.moveTo(0, TILE / 2);
		pen.lineTo(TILE, TILE / 2);
	}
	if (texture === 'rising' || texture === 'falling') {
		for (const offset of [-TILE, 0, TILE]) {
			pen.moveTo(offset, texture === 'rising' ? TILE : 0);
			pen.lineTo(offset + TILE, texture === 'rising' ? 0 : TILE);
		}
	}
	pen.stroke();
	if (texture === 'dots') {
		pen.beginPath();
		pen.arc(TILE / 2, TILE / 2, 1.3, 0, 2 * Math.PI);
		pen.fill();
	}
	return ctx.createPattern(tile, 'repeat') ?? color;
}
