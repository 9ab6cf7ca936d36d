import { basename, dirname, extname } from 'node:path';
import type { MediaFacts } from './mediaFacts.ts';
import { organizerErrors } from './organizerErrors.ts';
import { safeName, safePart } from './safeNames.ts';

/** What can stand in braces in a layout. */
export const LAYOUT_FIELDS = [
	'type',
	'format',
	'year',
	'month',
	'day',
	'date',
	'time',
	'width',
	'height',
	'camera',
	'folder',
	'name',
	'ext',
] as const;
export type LayoutField = (typeof LAYOUT_FIELDS)[number];

type Piece = { readonly text: string } | { readonly field: LayoutField };

const MOST_SEGMENTS = 32;
/** Where a fact is not known. */
const UNKNOWN = 'unknown';

/** Where files go below the target: `{type}/{year}/{month}/{name}{ext}`. */
export class Layout {
	readonly text: string;
	readonly #segments: readonly (readonly Piece[])[];

	/** Throws `invalidOption` for what has unknown fields or does not stay below the target. */
	constructor(text: string) {
		this.text = text;
		const refuse = (problem: string) => organizerErrors.layout(text, problem);
		const segments = text.split('/');
		if (segments.length > MOST_SEGMENTS) throw refuse(`it has more than ${MOST_SEGMENTS} levels`);
		this.#segments = segments.map(segment => {
			if (segment === '') throw refuse('it must not begin or end with a slash, nor have two in a row');
			const pieces = piecesOf(segment, problem => refuse(problem));
			const words = pieces.map(piece => ('text' in piece ? piece.text : 'x')).join('');
			if (safeName(words) !== words) throw refuse(`${JSON.stringify(segment)} is no name that every system takes`);
			return pieces;
		});
		const last = this.#segments.at(-1) ?? [];
		if (!last.some(piece => 'field' in piece)) throw refuse('its last part must have a field, such as {name}{ext}');
	}

	/** The path below the target, with `/`, of safe names only. */
	pathFor(source: string, facts: MediaFacts): string {
		const ext = extname(source);
		const values: Record<LayoutField, string | undefined> = {
			...datePieces(facts.taken),
			type: facts.type,
			format: facts.format,
			width: facts.width?.toString(),
			height: facts.height?.toString(),
			camera: facts.camera,
			folder: basename(dirname(source)),
			name: basename(source, ext),
			ext: ext.toLowerCase(),
		};
		const textOf = (field: LayoutField) => {
			const value = safePart(values[field] ?? '').trim();
			return value === '' && field !== 'ext' ? UNKNOWN : value;
		};
		return this.#segments
			.map(pieces => {
				const last = pieces.at(-1);
				const ending = last && 'field' in last && last.field === 'ext' ? textOf('ext') : '';
				const rest = ending === '' ? pieces : pieces.slice(0, -1);
				return safeName(rest.map(piece => ('text' in piece ? piece.text : textOf(piece.field))).join(''), ending);
			})
			.join('/');
	}
}

/** `a/b.jpg`, `a/b-2.jpg`, `a/b-3.jpg` … for `number` 1, 2, 3. */
export function withSuffix(path: string, number: number): string {
	if (number === 1) return path;
	const ext = extname(path);
	return `${path.slice(0, path.length - ext.length)}-${number}${ext}`;
}

function piecesOf(segment: string, refuse: (problem: string) => Error): Piece[] {
	const pieces: Piece[] = [];
	for (const part of segment.split(/(\{[^{}]*\})/u)) {
		if (part === '') continue;
		const [, name] = /^\{([^{}]*)\}$/u.exec(part) ?? [];
		if (name === undefined) {
			if (/[{}]/u.test(part)) throw refuse(`a brace in ${JSON.stringify(segment)} has no partner`);
			pieces.push({ text: part });
			continue;
		}
		const field = LAYOUT_FIELDS.find(known => known === name);
		if (!field) throw refuse(`there is no field {${name}}. The fields are ${LAYOUT_FIELDS.join(', ')}`);
		pieces.push({ field });
	}
	return pieces;
}

/** `taken` is `2024-05-01T13:22:11`. */
function datePieces(taken: string) {
	const [date = '', time = ''] = taken.split('T');
	const [year, month, day] = date.split('-');
	return { year, month, day, date, time: time.replaceAll(':', '') };
}
