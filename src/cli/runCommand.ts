import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Report, reportOf } from '../analysis/report.ts';
import { errors } from '../engine/errors.ts';
import { launchSession } from '../engine/launchSession.ts';
import type { LaunchTarget, ProfileSession } from '../engine/sessionTypes.ts';
import type { EndReason } from '../protocol/entries.ts';
import { drained } from './drained.ts';
import { ownTerminal, passSignals } from './signals.ts';
import { StatusLine, statusText } from './statusLine.ts';
import { reportText } from './text.ts';

export interface RunOptions {
	target: LaunchTarget;
	cwd: string;
	runtimeDir: string;
	recordingPath: string;
	nodePath?: string;
	samplesPerSecond?: number;
	intervalBytes?: number;
	allocations: boolean;
	offHeap: boolean;
	children: boolean;
	/** Share of wall time, 0 to 1; 0 sets no bound. */
	overheadBudget?: number;
	/** Write the report as JSON to this file, too. */
	jsonPath?: string;
	/** No summary and no status line. */
	quiet: boolean;
	status: boolean;
}

const STATUS_MS = 250;

/** Runs a script under the engine with our own terminal; everything we say goes to stderr. Rejects with a UserError. */
export async function run(options: RunOptions): Promise<EndReason> {
	const session = await launchSession({
		target: options.target,
		cwd: options.cwd,
		runtimeDir: options.runtimeDir,
		recordingPath: options.recordingPath,
		stdio: 'inherit',
		sampling: {
			allocations: options.allocations,
			offHeap: options.offHeap,
			children: options.children,
			...(options.overheadBudget !== undefined && { overheadBudget: options.overheadBudget }),
			...(options.samplesPerSecond !== undefined && { samplesPerSecond: options.samplesPerSecond }),
			...(options.intervalBytes !== undefined && { intervalBytes: options.intervalBytes }),
		},
		...(options.nodePath !== undefined && { nodePath: options.nodePath }),
	});
	const letGo = passSignals(session, ownTerminal());
	const endStatus = options.quiet || !options.status ? () => {} : showStatus(session);
	try {
		const reason = await session.ended;
		await drained(session.stderr, [process.stderr, process.stdout]);
		endStatus();
		const report = reportOf(session.model);
		if (!options.quiet) process.stderr.write(`\n${reportText(report)}${whereItIs(report, options.recordingPath)}`);
		if (options.jsonPath !== undefined) await writeReport(resolve(options.cwd, options.jsonPath), report);
		return reason;
	} finally {
		endStatus();
		letGo();
	}
}

function showStatus(session: ProfileSession): () => void {
	if (!process.stderr.isTTY || process.env.TERM === 'dumb') return () => {};
	const line = new StatusLine(process.stderr);
	const draw = () => line.show(statusText(session.model));
	const timer = setInterval(draw, STATUS_MS);
	draw();
	let ended = false;
	return () => {
		if (ended) return;
		ended = true;
		clearInterval(timer);
		line.dispose();
	};
}

/** The engine goes on without a recording that it cannot write (any more), and says so in the notices. */
function whereItIs({ cost, notices }: Report, path: string): string {
	if ((cost?.recordedBytes ?? 0) === 0) return '';
	const brokeOff = notices.some(({ severity, message }) => severity === 'error' && message.includes(path));
	return `\nRecording: ${path}${brokeOff ? ' (incomplete: it could not be written to the end)' : ''}\n`;
}

/** The exit code stays the script's: whoever waits for it is told about the script, not about us. */
async function writeReport(path: string, report: Report): Promise<void> {
	try {
		await writeFile(path, `${JSON.stringify(report, undefined, '\t')}\n`);
	} catch (error) {
		process.stderr.write(`${errors.cannotWriteReport(path, error).message}\n`);
	}
}
