// What lies in an archive of DICOM files? Its series by modality, size and kind of pixels, and what is wrong with files, without
// reading a pixel, and without the patients' names: each has a pseudonym instead. `node dicomInventory.mjs FOLDER` takes stock of a
// folder of your own, with all below it; without one, an archive of some hundred files is made first.
//
// In the panel: the readers of the last two hundred files, each with a few KB read of what may be many MB. The batches "headers" keep
// eight files open at a time. The cache "pseudonyms" answers nearly always: computing one takes as long as reading forty headers.
import { randomBytes, scryptSync } from 'node:crypto';
import { opendir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { BatchProcessor, BoundedCache, region } from 'memory-manager-runtime';
import { DicomReader, FileError } from 'memory-manager-runtime/formats';
import { writeArchive } from './lib/dicomSeries.mjs';
import { inTemporaryFolder } from './lib/temporaryFolder.mjs';

const MB = 1024 * 1024;
const PATIENTS = 10;
/** Another in each run, so that nobody can try all patient numbers on an inventory that left the house. */
const salt = randomBytes(16);
const pseudonyms = new BoundedCache({ name: 'pseudonyms', maxBytes: 64 * 1024 });

async function main() {
	const [given] = process.argv.slice(2);
	if (given) return region('inventory', () => inventory(given));
	await inTemporaryFolder('dicom', async folder => {
		await region('write an archive', () => writeArchive(folder, PATIENTS));
		await region('inventory', () => inventory(folder));
	});
}

async function inventory(folder) {
	const headers = new BatchProcessor({ name: 'headers', processItem: path => factsOf(path), concurrency: 8 });
	const series = new Map();
	const sums = { files: 0, bytes: 0, readBytes: 0 };
	const problems = [];
	for await (const { path, size, readBytes, problem, facts } of headers.process(filesBelow(folder))) {
		sums.files++;
		sums.bytes += size;
		sums.readBytes += readBytes;
		if (problem) problems.push(`${relative(folder, path)}: ${problem}`);
		if (facts) add(series, facts);
	}
	for (const { patient, modality, description, pixels, files, frames, bytes } of [...series.values()].sort(byName)) {
		console.log(
			`${patient} ${modality} ${description.padEnd(12)} ${String(files).padStart(4)} files ${String(frames).padStart(4)} frames ${pixels} ${inMb(bytes).padStart(6)} MB`,
		);
	}
	for (const problem of problems.slice(0, 20)) console.log(problem);
	console.log(
		`${sums.files} files in ${series.size} series, ${problems.length} with problems; read ${inMb(sums.readBytes)} MB of ${inMb(sums.bytes)} MB`,
	);
}

async function* filesBelow(folder) {
	for await (const entry of await opendir(folder, { recursive: true })) {
		if (entry.isFile()) yield join(entry.parentPath, entry.name);
	}
}

async function factsOf(path) {
	let reader;
	try {
		reader = await DicomReader.open(path);
		const { values, image, transferSyntax } = await reader.header();
		const { readBytes } = reader.progress();
		const problem = image?.missingBytes > 0 ? `${image.missingBytes} bytes of its pixels are missing` : undefined;
		const facts = { ...(await namesOf(values)), image, transferSyntax };
		return { path, size: reader.size, readBytes, problem, facts };
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		return { path, size: reader?.size ?? 0, readBytes: reader?.progress().readBytes ?? 0, problem: error.message };
	} finally {
		await reader?.close();
	}
}

async function namesOf({ PatientID = '', Modality = '??', SeriesDescription = '', SeriesInstanceUID = '' }) {
	const patient = await pseudonym(String(PatientID));
	return {
		patient,
		modality: String(Modality),
		description: String(SeriesDescription),
		uid: String(SeriesInstanceUID),
	};
}

/** Slow on purpose: patient numbers are few, and could be tried out otherwise. */
const pseudonym = patientId => pseudonyms.getOrCompute(patientId, () => scryptSync(patientId, salt, 4).toString('hex'));

function add(series, { patient, modality, description, uid, image, transferSyntax }) {
	const key = `${patient} ${uid}`;
	const pixels = image
		? `${image.columns}x${image.rows}x${image.bitsStored ?? '?'} bit ${image.photometricInterpretation ?? ''}, ${transferSyntax.name}`
		: 'no pixels';
	const sums = series.get(key) ?? { patient, modality, description, pixels, files: 0, frames: 0, bytes: 0 };
	sums.files++;
	sums.frames += image?.frames ?? 0;
	sums.bytes += image?.lengthBytes ?? 0;
	series.set(key, sums);
}

const byName = (a, b) => a.modality.localeCompare(b.modality) || a.patient.localeCompare(b.patient);
const inMb = bytes => (bytes / MB).toFixed(1);

await main();
