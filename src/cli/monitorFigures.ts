import type { MemoryLevel } from '../protocol/entries.ts';
import { formatBytes, formatCount, formatMs, formatPercent } from '../protocol/units.ts';
import { table } from './table.ts';

/** One line of JSON. A field that is absent was not measured. */
export interface MonitorReading {
	/** Since the monitor began, ms. */
	t: number;
	rssBytes?: number;
	heapUsedBytes?: number;
	heapTotalBytes?: number;
	heapLimitBytes?: number;
	externalBytes?: number;
	arrayBuffersBytes?: number;
	availableBytes: number;
	totalBytes: number;
	containerLimitBytes?: number;
	containerAvailableBytes?: number;
	level: MemoryLevel;
	/** One sentence: what decided the level. */
	reason: string;
}

const FIGURES = [
	['RSS', 'rssBytes'],
	['Heap used', 'heapUsedBytes'],
	['Heap total', 'heapTotalBytes'],
	['External', 'externalBytes'],
	['Array buffers', 'arrayBuffersBytes'],
	['Available', 'availableBytes'],
] as const;
type Figure = (typeof FIGURES)[number][1];

interface Course {
	current: number;
	peak: number;
	least: number;
	sum: number;
	count: number;
}

/** Peak, mean and least of each figure. */
export class MonitorSummary {
	readonly #courses = new Map<Figure, Course>();
	#readings = 0;

	add(reading: MonitorReading): void {
		this.#readings++;
		for (const [, figure] of FIGURES) {
			const value = reading[figure];
			if (value === undefined) continue;
			const course = this.#courses.get(figure);
			if (!course) {
				this.#courses.set(figure, { current: value, peak: value, least: value, sum: value, count: 1 });
				continue;
			}
			course.current = value;
			course.peak = Math.max(course.peak, value);
			course.least = Math.min(course.least, value);
			course.sum += value;
			course.count++;
		}
	}

	of(figure: Figure): Course | undefined {
		return this.#courses.get(figure);
	}

	/** Fit for JSON. */
	data(): Record<string, unknown> {
		const figures = [...this.#courses].map(([figure, { peak, least, sum, count }]) => [
			figure,
			{ peak, least, average: Math.round(sum / count), count },
		]);
		return { readings: this.#readings, ...Object.fromEntries(figures) };
	}
}

/** The table on a terminal. */
export function readingLines(name: string | undefined, reading: MonitorReading, summary: MonitorSummary): string[] {
	const rows = FIGURES.flatMap(([title, figure]) => {
		const course = summary.of(figure);
		return course ? [{ title, course }] : [];
	});
	const { totalBytes, availableBytes, containerLimitBytes, containerAvailableBytes, heapLimitBytes } = reading;
	return [
		`${name ?? 'This machine'}, ${formatMs(reading.t)}, ${formatCount(summary.of('availableBytes')?.count)} readings`,
		...table(rows, [
			{ title: '', value: row => row.title },
			{ title: 'now', value: row => formatBytes(row.course.current), align: 'right' },
			{ title: 'least', value: row => formatBytes(row.course.least), align: 'right' },
			{ title: 'average', value: row => formatBytes(row.course.sum / row.course.count), align: 'right' },
			{ title: 'peak', value: row => formatBytes(row.course.peak), align: 'right' },
		]),
		`Machine    ${formatPercent(1 - availableBytes / totalBytes)} of ${formatBytes(totalBytes)} in use`,
		...(containerLimitBytes === undefined
			? []
			: [`Container  ${formatBytes(containerAvailableBytes)} of ${formatBytes(containerLimitBytes)} left`]),
		...(heapLimitBytes === undefined ? [] : [`Heap limit ${formatBytes(heapLimitBytes)}`]),
		`Level      ${reading.level}: ${reading.reason}`,
	];
}
