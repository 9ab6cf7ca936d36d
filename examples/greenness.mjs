// How green is the forest, how red the desert, from hour to hour? A day of photographs, as the cameras of the PhenoCam network take
// them: here of Africa from above, in the light of each half hour. Your own photographs: `node greenness.mjs FOLDER`, with
// `--roi x,y,width,height` (pixels, several times if need be) for regions of them. Of several days it gives a line for each.
//
// In the panel: the batches "photographs" decide how many images are decoded at a time, each a reader; RSS lies above heap and
// external together, since sharp decodes in native memory. The cache "greenness: statistics" is filled by the batches and answers
// every question of the table: no photograph is read twice.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { region } from 'memory-manager-runtime';
import { ImageProcessor } from 'memory-manager-runtime/images';
import { makeDay } from './lib/phenocamDay.mjs';
import { inTemporaryFolder } from './lib/temporaryFolder.mjs';

const MB = 1024 * 1024;
const AFRICA = [
	{
		name: 'forest',
		polygon: [
			[340, 340],
			[560, 350],
			[580, 440],
			[360, 450],
		],
	},
	{ name: 'desert', rectangle: { x: 140, y: 84, width: 350, height: 175 } },
	{ name: 'ocean', rectangle: { x: 10, y: 590, width: 200, height: 250 } },
];
/** Darker than this (red + green + blue, of 765) a photograph says nothing about colour. */
const DARK = 30;

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: { roi: { type: 'string', multiple: true, default: [] } },
});

async function main() {
	const [folder] = positionals;
	await inTemporaryFolder('greenness', async temporary => {
		const results = join(temporary, 'results');
		if (folder) return measure(folder, results, values.roi.map(rectangle));
		await region('make a day', () => makeDay(temporary));
		await measure(temporary, results, AFRICA);
	});
}

async function measure(folder, output, rois) {
	const names = (await readdir(folder)).filter(name => /\.(jpe?g|png|tiff?|webp)$/i.test(name)).sort();
	const paths = names.map(name => join(folder, name));
	const processor = new ImageProcessor({ name: 'greenness' });
	const { measured, failed, failures } = await region('measure', () =>
		processor.processBatch(paths, { name: 'photographs', output, rois, maxBytes: 128 * MB, resume: false }),
	);
	for (const { path, message } of failures) console.log(`${basename(path)}: ${message}`);
	const broken = new Set(failures.map(({ path }) => path));
	const rows = await region('table', async () => {
		const found = [];
		for (const path of paths.filter(path => !broken.has(path))) {
			const regions = await processor.statistics(path, { rois });
			found.push({ time: await timeOf(path), regions: rois.length === 0 ? regions : regions.slice(1) });
		}
		return found.sort((a, b) => a.time.localeCompare(b.time));
	});
	print(rows);
	console.log(`${measured} photographs measured, ${failed} failed`);
}

function print(rows) {
	const days = groupByDay(rows);
	if (days.size === 1) {
		for (const { time, regions } of rows) {
			const bright = regions.filter(({ chromatic }) => chromatic && chromatic.brightness >= DARK);
			if (bright.length === 0) continue;
			const texts = bright.map(
				({ region, chromatic: { rcc, gcc, bcc } }) => `${region} ${[rcc, gcc, bcc].map(share).join(' ')}`,
			);
			console.log(`${time.slice(11, 16)}  ${texts.join('   ')}`);
		}
	}
	for (const [day, ofDay] of days) {
		for (const [i, { region }] of ofDay[0].regions.entries()) {
			const all = ofDay.map(({ regions }) => regions[i].chromatic);
			const gcc = all.filter(each => each && each.brightness >= DARK).map(each => each.gcc);
			// What the network publishes: little disturbed by clouds, fog and low sun (Sonnentag et al. 2012).
			if (gcc.length > 0)
				console.log(`${day} ${region}: gcc ${share(percentile(gcc, 90))} (90 % of ${gcc.length} photographs below)`);
		}
	}
}

function groupByDay(rows) {
	const days = new Map();
	for (const row of rows) days.set(row.time.slice(0, 10), [...(days.get(row.time.slice(0, 10)) ?? []), row]);
	return days;
}

/** From names such as `site_2024_06_01_120005.jpg`, otherwise when the file was written. */
async function timeOf(path) {
	const found = /(\d{4})_(\d\d)_(\d\d)_(\d\d)(\d\d)\d\d/.exec(basename(path));
	if (!found) return (await stat(path)).mtime.toISOString().slice(0, 16);
	const [, year, month, day, hours, minutes] = found;
	return `${year}-${month}-${day}T${hours}:${minutes}`;
}

function rectangle(text, i) {
	const [x, y, width, height] = text.split(',').map(Number);
	return { name: `roi ${i + 1}`, rectangle: { x, y, width, height } };
}

function percentile(values, percent) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.round(((sorted.length - 1) * percent) / 100)];
}

const share = value => value.toFixed(3);

await main();
