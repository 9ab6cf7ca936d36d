import { forecastText } from '../analysis/forecastWords.ts';
import { ownPauseMs } from '../analysis/ownPauses.ts';
import { rssNow } from '../analysis/processTree.ts';
import type { SessionModel } from '../analysis/sessionModel.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatMs, formatPercent } from '../protocol/units.ts';

/** The part of a terminal's stream that the line needs. */
export interface TerminalStream {
	readonly rows: number;
	readonly columns: number;
	write(text: string): unknown;
	on(event: 'resize', listener: () => void): unknown;
	removeListener(event: 'resize', listener: () => void): unknown;
}

const SAVE = '\u001b7';
const RESTORE = '\u001b8';
const CLEAR_LINE = '\u001b[2K';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';
/** With fewer rows a line of ours would take too much of the script's room. */
const MIN_ROWS = 6;

/**
 * One line at the bottom of the terminal while a script runs in it. The script owns the terminal and we never see what it
 * writes, so a line between its lines would be torn. Instead the bottom row is taken out of the scrolling region (as apt does
 * for its progress bar): what the script prints scrolls above it, byte for byte as it was printed.
 */
export class StatusLine {
	readonly #stream: TerminalStream;
	readonly #onResize = () => this.#reserve();
	#reservedRows = 0;
	#text = '';

	constructor(stream: TerminalStream) {
		this.#stream = stream;
		stream.on('resize', this.#onResize);
		this.#reserve();
	}

	show(text: string): void {
		this.#text = text;
		this.#draw();
	}

	/** Gives the row back. */
	dispose(): void {
		this.#stream.removeListener('resize', this.#onResize);
		this.#release();
	}

	#reserve(): void {
		this.#release();
		const { rows } = this.#stream;
		if (rows < MIN_ROWS) return;
		this.#reservedRows = rows;
		// The line feed and the step back up keep the cursor out of the row that is taken away.
		this.#stream.write(`\n${SAVE}\u001b[1;${rows - 1}r${RESTORE}\u001b[1A`);
		this.#draw();
	}

	#release(): void {
		const rows = this.#reservedRows;
		if (rows === 0) return;
		this.#reservedRows = 0;
		this.#stream.write(`${SAVE}\u001b[r\u001b[${rows};1H${CLEAR_LINE}${RESTORE}`);
	}

	#draw(): void {
		if (this.#reservedRows === 0) return;
		const text = this.#text === '' ? '' : visibleText(this.#text, Math.max(1, this.#stream.columns - 1));
		this.#stream.write(`${SAVE}\u001b[${this.#reservedRows};1H${CLEAR_LINE}${DIM}${text}${PLAIN}${RESTORE}`);
	}
}

/** `flights.mjs  3.2 s  RSS 140 MB (peak 160 MB)  heap 80.1 MB  GC 2.1 %` */
export function statusText(model: SessionModel): string {
	const { latest, now: elapsedMs, gcTotals } = model;
	const parts = [visibleText(model.header.title, 30), formatMs(elapsedMs)];
	if (!latest) return [...parts, 'starting'].join('  ');
	parts.push(`RSS ${formatBytes(latest.rssBytes)} (peak ${formatBytes(model.peakRss?.bytes)})`);
	parts.push(`heap ${formatBytes(latest.heapUsedBytes)}`, `external ${formatBytes(latest.externalBytes)}`);
	if (elapsedMs > 0 && gcTotals.count > 0) parts.push(`GC ${formatPercent(ownPauseMs(gcTotals) / elapsedMs)}`);
	const all = rssNow(model);
	if (all.processes > 1) parts.push(`RSS of all ${all.processes} processes ${formatBytes(all.bytes)}`);
	if (model.system && model.system.level !== 'normal') parts.push(`memory ${model.system.level}`);
	const forecast = forecastText(model);
	if (forecast) parts.push(forecast.text);
	return parts.join('  ');
}
