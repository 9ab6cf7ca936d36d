import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../scripts/paths.ts';
import { launchSession } from '../../src/engine/launchSession.ts';
import type { SamplingOptions } from '../../src/engine/sessionTypes.ts';
import { clinicEnvironment } from './clinic.ts';

export interface Run {
	/** From the command to the end of the script's output, which is the end of its process. */
	wallMs: number;
	output: string;
	/** From the command to the first memory sample; absent without us. */
	firstSampleMs?: number;
}

export interface Variant {
	readonly name: string;
	run(script: string, folder: string): Promise<Run>;
}

const node = process.execPath;
const runtimeDir = join(projectRoot, 'dist', 'runtime');

export const bare: Variant = { name: 'bare', run: script => plain([script]) };

const withUs = (name: string, sampling: SamplingOptions): Variant => ({
	name,
	run: (script, folder) => profiled(script, folder, sampling),
});

const heapProf: Variant = {
	name: 'node --heap-prof',
	run: (script, folder) => plain(['--heap-prof', `--heap-prof-dir=${folder}`, script]),
};

const ours: readonly Variant[] = [
	withUs('samples only', { allocations: false, offHeap: false }),
	withUs('default', {}),
	withUs('off-heap off', { offHeap: false }),
	withUs('main thread only', { children: false }),
	// As told, whatever it costs.
	withUs('32 KiB, no budget', { intervalBytes: 32 * 1024, overheadBudget: 0 }),
	heapProf,
];

/** All that is compared, and why something is missing. */
export async function allVariants(): Promise<{ variants: Variant[]; missing: string[] }> {
	try {
		const clinic = await clinicEnvironment();
		const run = (script: string, folder: string) => plain([script], clinic(folder));
		return { variants: [...ours, { name: "Clinic's heap profiler", run }], missing: [] };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { variants: [...ours], missing: [`Clinic's heap profiler could not be installed: ${reason}.`] };
	}
}

/** The one whose time to the first sample counts. */
export const DEFAULT_VARIANT = 'default';

async function plain(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Run> {
	const start = performance.now();
	const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...environment(), ...more } });
	const code = new Promise<number | null>(resolve => child.once('exit', resolve));
	const output = await text(child.stdout);
	const wallMs = performance.now() - start;
	if ((await code) !== 0) throw new Error(`${args.join(' ')} failed`);
	return { wallMs, output };
}

/** As the extension runs it: sampled, and recorded into a file. */
async function profiled(script: string, folder: string, sampling: SamplingOptions): Promise<Run> {
	const start = performance.now();
	const session = await launchSession({
		target: { kind: 'script', path: script, args: [] },
		cwd: projectRoot,
		env: environment(),
		nodePath: node,
		runtimeDir,
		recordingPath: join(folder, `${pathToFileURL(script).href.length}-${Math.round(start)}.memrec`),
		sampling,
	});
	let firstSampleMs: number | undefined;
	session.onDidAddEntries(entries => {
		if (entries.some(({ type }) => type === 'sample')) firstSampleMs ??= performance.now() - start;
	});
	session.stdin?.end();
	session.stderr?.pipe(process.stderr, { end: false });
	const output = await text(session.stdout as Readable);
	const wallMs = performance.now() - start;
	const reason = await session.ended;
	if (reason.kind !== 'exit' || reason.code !== 0) throw new Error(`${script} ended with ${JSON.stringify(reason)}`);
	if (firstSampleMs === undefined) throw new Error(`${script} was not sampled`);
	return { wallMs, output, firstSampleMs };
}

/** Options of the Node that runs the bench are none of the scripts' business. */
function environment(): NodeJS.ProcessEnv {
	const { NODE_OPTIONS: _, ...env } = process.env;
	return env;
}
