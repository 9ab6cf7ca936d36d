import type { SessionModel } from '../analysis/sessionModel.ts';
import type { SnapshotCost } from '../analysis/snapshotCost.ts';
import type { EndReason } from '../protocol/entries.ts';
import type { RecordingHeader } from '../protocol/recording.ts';
import type { CommandResult, RuntimeCommand } from '../protocol/runtimeLink.ts';
import { messageOf } from './errors.ts';
import { DebuggerWatch } from './inspector/debuggerWatch.ts';
import type { Target } from './inspector/target.ts';
import type { Observation } from './observation.ts';
import { SessionCore } from './session.ts';
import type { ProfileSession, SessionOptions } from './sessionTypes.ts';

/** What a launched and an attached session offer alike. */
export abstract class ObservedSession implements ProfileSession {
	abstract readonly ended: Promise<EndReason>;
	abstract readonly stdin: ProfileSession['stdin'];
	abstract readonly stdout: ProfileSession['stdout'];
	abstract readonly stderr: ProfileSession['stderr'];
	protected readonly core: SessionCore;
	protected targetPid: number | undefined;

	constructor(header: Omit<RecordingHeader, 'originEpochMs'>, options: SessionOptions) {
		this.core = new SessionCore(header, options);
	}

	get header(): RecordingHeader {
		return this.core.model.header;
	}
	get model(): SessionModel {
		return this.core.model;
	}
	get state() {
		return this.core.state;
	}
	get recordingPath(): string | undefined {
		return this.core.options.recordingPath;
	}
	get pid(): number | undefined {
		return this.targetPid;
	}
	get onDidAddEntries() {
		return this.core.log.onDidAddEntries;
	}

	abstract stop(): Promise<void>;
	abstract kill(signal: NodeJS.Signals): void;

	command(command: RuntimeCommand, process?: number): Promise<CommandResult> {
		return this.core.command(command, process);
	}

	collectGarbage(process?: number): Promise<CommandResult> {
		return this.core.command({ kind: 'collectGarbage' }, process);
	}

	refreshAllocations(process?: number): Promise<void> {
		return this.core.refreshAllocations(process);
	}

	checkHeapSnapshot(process?: number): Promise<SnapshotCost | undefined> {
		return this.core.checkHeapSnapshot(process);
	}

	takeHeapSnapshot(
		path: string,
		onProgress?: (bytes: number) => void,
		signal?: AbortSignal,
		process?: number,
	): Promise<void> {
		return this.core.takeHeapSnapshot(path, { onProgress, signal, process });
	}

	/** Aborting the options' signal is `stop()`, as long as the session lasts. */
	protected stopOnAbort(): void {
		const { signal } = this.core.options;
		if (!signal) return;
		const stop = () => void this.stop();
		signal.addEventListener('abort', stop, { once: true });
		void this.ended.then(() => signal.removeEventListener('abort', stop));
		if (signal.aborted) stop();
	}

	protected watchDebugger(target: Target, observation: Observation, onHeapLimit: () => void): DebuggerWatch {
		const { log, logger } = this.core;
		const watch = new DebuggerWatch(target, observation.maps, {
			onHeapLimit,
			onSwitchedOff: () =>
				log.notice(
					'info',
					'The script makes code all the time: to keep it fast, there will be no reading at the heap limit.',
				),
			onError: error => logger.warn(messageOf(error)),
		});
		observation.listen(watch);
		return watch;
	}
}
