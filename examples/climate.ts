// How long can a dry spell in Seattle or New York last? A weather generator learned from daily records, run for many thousand years.
// TypeScript without a build: Node 22.18 or newer runs this file as it is.
//
// In the panel: each call of "simulate" is one span of the region lane; the tracker "generator" spans a whole city. The simulated
// days are short-lived objects, so the heap is a saw-tooth and the GC lane is busy; what is kept are the yearly figures.
import { readFileSync } from 'node:fs';
import { MemoryTracker, trackMemory } from 'memory-manager-runtime';

interface Day {
	readonly location: string;
	readonly month: number;
	readonly rainMm: number;
}

interface YearOfWeather {
	readonly longestDrySpell: number;
	readonly rainMm: number;
}

/** What a month does after a wet and after a dry day. */
interface MonthModel {
	/** Share of wet days, after a dry (0) and after a wet (1) day. */
	readonly wetAfter: [number, number];
	/** Rain of the wet days on record, mm. */
	readonly rainMm: number[];
}

const YEARS = 400_000;
/** A day with less rain counts as dry (World Meteorological Organization). */
const WET_FROM_MM = 1;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const readDays = trackMemory('readDays')((name: string): Day[] => {
	const file = new URL(`../data/${name}`, import.meta.resolve('vega-datasets'));
	const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
	const names = header.split(',');
	const columns = ['location', 'date', 'precipitation'].map(column => names.indexOf(column));
	return lines.map(line => {
		const fields = line.split(',');
		const [location = '', date = '', rain = ''] = columns.map(column => fields[column] ?? '');
		return { location, month: Number(date.slice(5, 7)) - 1, rainMm: Number(rain) };
	});
});

const simulate = trackMemory('simulate')((months: readonly MonthModel[], years: number, random: () => number) =>
	Array.from({ length: years }, () => summary(simulatedYear(months, random))),
);

function main(): void {
	const days = readDays('weather.csv');
	for (const [location, ofLocation] of Map.groupBy(days, day => day.location)) {
		const tracker = new MemoryTracker(`generator ${location}`);
		const months = learn(ofLocation);
		const random = generator(ofLocation.length);
		const years: YearOfWeather[] = [];
		while (years.length < YEARS) years.push(...simulate(months, 2_000, random));
		tracker.dispose();
		report(location, ofLocation, years);
	}
}

function learn(days: readonly Day[]): MonthModel[] {
	const counts = DAYS.map(() => ({ days: [0, 0], wet: [0, 0], rainMm: [] as number[] }));
	let before = 0;
	for (const { month, rainMm } of days) {
		const count = counts[month];
		if (!count) throw new Error(`No month ${month + 1}`);
		const wet = rainMm >= WET_FROM_MM;
		count.days[before] = (count.days[before] ?? 0) + 1;
		if (wet) {
			count.wet[before] = (count.wet[before] ?? 0) + 1;
			count.rainMm.push(rainMm);
		}
		before = wet ? 1 : 0;
	}
	return counts.map(({ days: all, wet, rainMm }) => ({
		wetAfter: [(wet[0] ?? 0) / (all[0] || 1), (wet[1] ?? 0) / (all[1] || 1)],
		rainMm,
	}));
}

function simulatedYear(months: readonly MonthModel[], random: () => number): Day[] {
	const year: Day[] = [];
	let before: 0 | 1 = 0;
	months.forEach((model, month) => {
		for (let day = 0; day < (DAYS[month] ?? 0); day++) {
			const wet = random() < model.wetAfter[before];
			const rainMm = wet ? (model.rainMm[Math.floor(random() * model.rainMm.length)] ?? 0) : 0;
			year.push({ location: 'simulated', month, rainMm });
			before = wet ? 1 : 0;
		}
	});
	return year;
}

function summary(year: readonly Day[]): YearOfWeather {
	let longest = 0;
	let dry = 0;
	let rain = 0;
	for (const { rainMm } of year) {
		dry = rainMm < WET_FROM_MM ? dry + 1 : 0;
		longest = Math.max(longest, dry);
		rain += rainMm;
	}
	return { longestDrySpell: longest, rainMm: rain };
}

function report(location: string, days: readonly Day[], years: readonly YearOfWeather[]): void {
	const spells = years.map(year => year.longestDrySpell).sort((a, b) => a - b);
	const rain = years.reduce((sum, year) => sum + year.rainMm, 0) / years.length;
	const at = (share: number): number | undefined => spells[Math.floor(share * (spells.length - 1))];
	console.log(
		`${location}: ${days.length} days on record, ${years.length} simulated years of ${rain.toFixed(0)} mm;` +
			` longest dry spell ${at(0.5)} days in a usual year, ${at(0.99)} in one of a hundred, ${at(0.9999)} in one of ten thousand`,
	);
}

/** The same numbers on every run (mulberry32). */
function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

main();
