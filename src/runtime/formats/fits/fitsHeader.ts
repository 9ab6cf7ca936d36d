import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { CARD_BYTES, type FitsCard, type FitsValue, type ParsedCard, parseCard } from './fitsCards.ts';

/** Headers and data are padded to whole blocks. */
export const BLOCK_BYTES = 2880;
/** A broken header may have a problem in each card. */
const MAX_WARNINGS = 100;

/** The keywords of one HDU, in their order. */
export class FitsHeader implements Iterable<FitsCard> {
	/** Where it begins in the file. */
	readonly offset: number;
	/** With its padding. */
	readonly bytes: number;
	readonly cards: readonly FitsCard[];
	/** What is not as it should be and was read all the same; at most a hundred. */
	readonly warnings: string[];
	readonly #first = new Map<string, FitsCard>();

	/** @internal */
	constructor(offset: number, bytes: number, cards: readonly FitsCard[], warnings: string[]) {
		this.offset = offset;
		this.bytes = bytes;
		this.cards = cards;
		this.warnings = warnings;
		for (const card of cards) if (!this.#first.has(card.keyword)) this.#first.set(card.keyword, card);
	}

	[Symbol.iterator](): Iterator<FitsCard> {
		return this.cards[Symbol.iterator]();
	}

	has(keyword: string): boolean {
		return this.#first.has(keyword.toUpperCase());
	}

	/** The value of the first card of that keyword; `undefined` without one, `null` where the card has no value. */
	get(keyword: string): FitsValue | undefined {
		return this.#first.get(keyword.toUpperCase())?.value;
	}

	/** The value if it is a text. */
	text(keyword: string): string | undefined {
		const value = this.get(keyword);
		return typeof value === 'string' ? value : undefined;
	}

	/** The value if it is a number; a whole number beyond 2⁵³ loses its last digits. */
	number(keyword: string): number | undefined {
		const value = this.get(keyword);
		if (typeof value === 'bigint') return Number(value);
		return typeof value === 'number' ? value : undefined;
	}

	/** The lines of all cards of that keyword: `COMMENT`, `HISTORY`. */
	lines(keyword: string): string[] {
		const wanted = keyword.toUpperCase();
		return this.cards.filter(card => card.keyword === wanted).map(card => card.comment);
	}

	/** @internal */
	warn(problem: string): void {
		addWarning(this.warnings, problem);
	}
}

function addWarning(warnings: string[], problem: string): void {
	if (warnings.length < MAX_WARNINGS) warnings.push(problem);
}

/** Reads the header at `offset`. Throws `truncated` when the file ends before its END, `tooLarge` beyond `maxHeaderBytes`. */
export async function readHeader(window: ByteWindow, offset: number, maxHeaderBytes: number): Promise<FitsHeader> {
	const { path } = window.source;
	const cards = new CardList(offset);
	for (let at = offset; ; at += BLOCK_BYTES) {
		const block = window.at(at, BLOCK_BYTES) ?? (await window.upTo(at, BLOCK_BYTES));
		const text = block.toString('latin1', 0, block.length);
		for (let i = 0; i < text.length; i += CARD_BYTES) {
			const card = text.slice(i, i + CARD_BYTES);
			if (card.startsWith('END') && card.slice(3).trim() === '') {
				if (block.length < BLOCK_BYTES) cards.warn('The file ends before the padding of this header.');
				return cards.header(at + BLOCK_BYTES - offset);
			}
			if (card.length === CARD_BYTES) cards.add(card, at + i);
		}
		if (block.length < BLOCK_BYTES) {
			throw window.source.truncated(at + block.length, CARD_BYTES, 'the rest of the header, with its END,');
		}
		if (at + BLOCK_BYTES - offset >= maxHeaderBytes) {
			throw formatErrors.tooLarge(
				path,
				'a header without END so far',
				at + 2 * BLOCK_BYTES - offset,
				'maxHeaderBytes',
				maxHeaderBytes,
				offset,
			);
		}
	}
}

class CardList {
	readonly #offset: number;
	readonly #cards: FitsCard[] = [];
	readonly #warnings: string[] = [];
	/** A text that ends with `&`: its pieces so far, and the card they began with. */
	#open: { card: FitsCard; pieces: string[]; comments: string[] } | undefined;

	constructor(offset: number) {
		this.#offset = offset;
	}

	add(text: string, offset: number): void {
		const parsed = parseCard(text);
		if (parsed.problem !== undefined) this.warn(`Card at byte ${offset} ("${shownCard(text)}"): ${parsed.problem}.`);
		if (parsed.keyword === 'CONTINUE' && this.#open && typeof parsed.value === 'string') {
			this.#continue(parsed.value, parsed.comment);
			return;
		}
		this.#close();
		const { keyword, value, comment } = parsed;
		const card = { keyword, value, comment };
		if (typeof value === 'string' && value.endsWith('&') && keyword !== 'CONTINUE') {
			this.#open = { card, pieces: [value.slice(0, -1)], comments: comment === '' ? [] : [comment] };
		} else this.#push(parsed, card);
	}

	header(bytes: number): FitsHeader {
		this.#close();
		return new FitsHeader(this.#offset, bytes, this.#cards, this.#warnings);
	}

	warn(problem: string): void {
		addWarning(this.#warnings, problem);
	}

	#push(parsed: ParsedCard, card: FitsCard): void {
		if (parsed.keyword === 'CONTINUE') this.warn('A CONTINUE card continues no text.');
		this.#cards.push(card);
	}

	#continue(value: string, comment: string): void {
		const open = this.#open;
		if (!open) return;
		if (comment !== '') open.comments.push(comment);
		const goesOn = value.endsWith('&');
		open.pieces.push(goesOn ? value.slice(0, -1) : value);
		if (!goesOn) this.#close();
	}

	/** An ampersand that no CONTINUE ever followed belongs to the text. */
	#close(): void {
		if (!this.#open) return;
		const { card, pieces, comments } = this.#open;
		this.#open = undefined;
		this.#cards.push({
			...card,
			value: pieces.length === 1 ? card.value : pieces.join(''),
			comment: comments.join(' '),
		});
	}
}

function shownCard(text: string): string {
	return text.trimEnd().replace(/[^\x20-\x7e]/g, '?');
}
