// Which block size compresses data files best? With a leak: `node buffers.mjs`, and without it: `node buffers.mjs --fixed`.
//
// In the panel: external memory and array buffers climb by the size of every file read, while the heap stays flat. Each block
// leaves a sample of 64 bytes behind; a sample made with `subarray` keeps its whole block alive. With --fixed it is a copy.
import { open, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { region } from 'memory-manager-runtime';
import { dataset } from './lib/datasets.mjs';

const SAMPLE_BYTES = 64;
const BLOCK_SIZES = [64, 128, 256, 512, 1024].map(kilobytes => kilobytes * 1024);
const fixed = process.argv.includes('--fixed');
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

const samples = [];

async function main() {
	const folder = dataset('');
	const names = (await readdir(folder)).filter(name => /\.(json|csv|parquet|arrow)$/.test(name)).sort();
	for (const blockBytes of BLOCK_SIZES) {
		const total = { raw: 0, gzip: 0, brotli: 0, blocks: 0 };
		await region(`blocks of ${blockBytes / 1024} KB`, async () => {
			for (const name of names) await compressFile(new URL(name, folder), blockBytes, total);
		});
		const share = bytes => `${((bytes / total.raw) * 100).toFixed(2)} %`;
		console.log(
			`${blockBytes / 1024} KB: ${total.blocks} blocks of ${names.length} files, gzip ${share(total.gzip)}, brotli ${share(total.brotli)}`,
		);
	}
	const distinct = new Set(samples.map(sample => sample.toString('latin1'))).size;
	console.log(`${samples.length} samples kept, ${distinct} different, ${samples.length * SAMPLE_BYTES} bytes at most`);
}

async function compressFile(file, blockBytes, total) {
	for await (const block of blocksOf(file, blockBytes)) {
		const [zipped, squeezed] = await Promise.all([deflate(block), brotli(block, brotliOptions)]);
		total.raw += block.length;
		total.gzip += zipped.length;
		total.brotli += squeezed.length;
		total.blocks++;
		samples.push(sampleOf(block));
	}
}

function sampleOf(block) {
	const sample = block.subarray(0, SAMPLE_BYTES);
	if (!fixed) return sample;
	// Not Buffer.from(sample): small buffers share slabs of Node's pool, and one sample would keep a whole slab.
	const copy = Buffer.alloc(sample.length);
	sample.copy(copy);
	return copy;
}

async function* blocksOf(file, blockBytes) {
	const handle = await open(file);
	try {
		for (;;) {
			const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(blockBytes), 0, blockBytes);
			if (bytesRead === 0) return;
			yield buffer.subarray(0, bytesRead);
		}
	} finally {
		await handle.close();
	}
}

await main();
