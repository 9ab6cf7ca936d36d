import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DicomReader } from '../../../src/runtime/formats/dicom/dicomReader.ts';
import { dicomSamples } from '../dicomSamples.ts';
import type { HostileCase } from '../hostile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** Every way in which a file can be written, each small. */
export async function hostileCase(): Promise<HostileCase> {
	const folder = temporaryFolder('dicom');
	const files: string[] = [];
	const ends = new Map<string, Set<number>>();
	for (const [name, bytes] of Object.entries(dicomSamples())) {
		const path = join(folder.path, `${name}.dcm`);
		writeFileSync(path, bytes);
		files.push(path);
		ends.set(path, await boundaries(path));
	}
	return {
		format: 'dicom',
		files,
		read,
		maySucceedAt: (path, bytes) => ends.get(path)?.has(bytes) ?? false,
		dispose: () => folder.remove(),
	};
}

/** Everything that can be asked of a file, as a digest. */
async function read(path: string, signal: AbortSignal): Promise<string> {
	await using reader = await DicomReader.open(path, { signal, maxInflatedBytes: 1024 * 1024 });
	const hash = createHash('sha1');
	for await (const element of reader.elements({ nested: true })) {
		hash.update(
			`${element.path} ${element.tag} ${element.keyword} ${element.creator} ${element.vr} ${element.lengthBytes}`,
		);
		if (element.vr !== 'SQ' && element.lengthBytes !== undefined) hash.update(String(await element.value()));
	}
	const { values } = await reader.header();
	hash.update(Object.keys(values).join());
	for await (const frame of reader.frames()) {
		hash.update(await frame.bytes());
		for await (const piece of frame.pieces()) hash.update(piece);
	}
	return hash.digest('hex');
}

/** Where a file may end, since a data set does not say how many elements it has; a deflated one does say where it ends. */
async function boundaries(path: string): Promise<Set<number>> {
	await using reader = await DicomReader.open(path);
	const found = new Set<number>();
	if (reader.transferSyntax.name.startsWith('Deflated')) return found;
	let first = true;
	for await (const { offset, tag } of reader) {
		if (first || !tag.startsWith('0002')) found.add(offset);
		first = false;
	}
	return found;
}
