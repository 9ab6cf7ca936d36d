import type { Readable, Writable } from 'node:stream';
import type { SessionModel } from '../analysis/sessionModel.ts';
import type { SnapshotCost } from '../analysis/snapshotCost.ts';
import type { Event } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { EndReason, Entry, SessionState } from '../protocol/entries.ts';
import type { RecordingHeader } from '../protocol/recording.ts';
import type { CommandResult, RuntimeCommand } from '../protocol/runtimeLink.ts';

export type LaunchTarget =
	| { kind: 'script'; path: string; args: readonly string[]; nodeArgs?: readonly string[] }
	| { kind: 'packageScript'; packageJson: string; name: string; args: readonly string[] }
	/** A shell-free command line that begins with `node` (or a path to it). */
	| { kind: 'command'; command: string };

export interface SamplingOptions {
	/** Memory samples a second; default 20. */
	samplesPerSecond?: number;
	/** Mean bytes between two heap allocation samples; default 131072. */
	intervalBytes?: number;
	/** Whether V8's allocation sampling runs at all; default true. */
	allocations?: boolean;
	/** Whether memory outside the heap is attributed to call sites; default true. Not for attached processes. */
	offHeap?: boolean;
	/** Whether worker threads and child processes join the session; default true. */
	children?: boolean;
	/** What profiling may cost, as a share of wall time, 0 to 1; default 0.03. 0 sets no bound. */
	overheadBudget?: number;
}

export interface SessionOptions {
	sampling?: SamplingOptions;
	/** Where the recording goes; without it nothing is written. */
	recordingPath?: string;
	logger?: Logger;
	/** Aborting is the same as `stop()`. */
	signal?: AbortSignal;
}

export interface LaunchOptions extends SessionOptions {
	target: LaunchTarget;
	cwd: string;
	/** The whole environment of the script; default: this process's own. */
	env?: NodeJS.ProcessEnv;
	/** Node to run scripts with; default: `node` on the PATH of `env`. */
	nodePath?: string;
	/** Folder of the built runtime (`dist/runtime`). */
	runtimeDir: string;
	/** `pipe`: the session's `stdin`, `stdout`, `stderr` streams. `inherit`: the script uses ours. Default `pipe`. */
	stdio?: 'pipe' | 'inherit';
}

export interface AttachOptions extends SessionOptions {
	/** `host:port` of a running inspector, or a `ws://` address (js-debug's CDP proxy). */
	address: string;
	title?: string;
	cwd: string;
}

/** A running (or ended) profiled process. What it learns goes into `model` first, then to `onDidAddEntries`. */
export interface ProfileSession {
	readonly header: RecordingHeader;
	readonly model: SessionModel;
	readonly state: SessionState;
	readonly recordingPath: string | undefined;
	readonly pid: number | undefined;
	/** Batches in order; a batch is never empty. */
	readonly onDidAddEntries: Event<Entry[]>;
	/** Settles when everything is over and the recording is closed; never rejects. */
	readonly ended: Promise<EndReason>;
	readonly stdin: Writable | undefined;
	readonly stdout: Readable | undefined;
	readonly stderr: Readable | undefined;
	/** Final profile, SIGTERM, one second, SIGKILL; an attached process is only let go. Settles with `ended`. */
	stop(): Promise<void>;
	/** Passes a signal to the script, which then does what it would do without us. */
	kill(signal: NodeJS.Signals): void;
	/**
	 * Asks the runtime inside the script. Rejects with a UserError when it cannot be asked. Here and below `process` is the number of a worker or
	 * child that is meant (`ProcessEntry`); absent: the process that was started.
	 */
	command(command: RuntimeCommand, process?: number): Promise<CommandResult>;
	collectGarbage(process?: number): Promise<CommandResult>;
	/** Reads the allocation profile now (which forces a full collection). Rejects with a UserError where sampling does not run. */
	refreshAllocations(process?: number): Promise<void>;
	/**
	 * What a heap snapshot would take now, undefined before the first reading. Rejects with the reason where the machine or its container
	 * has not enough memory for it.
	 */
	checkHeapSnapshot(process?: number): Promise<SnapshotCost | undefined>;
	/** Writes a heap snapshot; progress counts bytes written. Removes the half-written file when aborted or failed. */
	takeHeapSnapshot(
		path: string,
		onProgress?: (bytes: number) => void,
		signal?: AbortSignal,
		process?: number,
	): Promise<void>;
}
