import CDP from 'chrome-remote-interface';
import { withDeadline } from '../base/deadlines.ts';
import { deferred } from '../base/deferred.ts';
import type { EndReason } from '../protocol/entries.ts';
import { RECORDING_FORMAT } from '../protocol/recording.ts';
import type { CommandResult } from '../protocol/runtimeLink.ts';
import { errors, messageOf, UserError } from './errors.ts';
import { CdpClient } from './inspector/cdp.ts';
import type { DebuggerWatch } from './inspector/debuggerWatch.ts';
import { go } from './inspector/snippets.ts';
import { HUB_KEY, Target } from './inspector/target.ts';
import { DEFAULT_INTERVAL_BYTES } from './observation.ts';
import { ObservedSession } from './observedSession.ts';
import type { AttachOptions, ProfileSession } from './sessionTypes.ts';
import { ENGINE_VERSION } from './version.ts';

/** How long a process may take to answer when it is attached to. */
const ATTACH_MS = 10_000;
/** How long a script may stand still at its heap limit for our reading. */
const LIMIT_READING_MS = 8_000;

/** Follows a process that already runs with an open inspector, or one behind js-debug's proxy. Rejects with `attachFailed`. */
export async function attachSession(options: AttachOptions): Promise<ProfileSession> {
	options.signal?.throwIfAborted();
	const isProxy = /^wss?:/.test(options.address);
	const target = await inTime(connect(options.address, isProxy), options, late => late.close());
	const session = new AttachedSession(options, target, isProxy);
	try {
		await inTime(session.start(), options);
	} catch (error) {
		await session.giveUp();
		throw error;
	}
	return session;
}

/** Rejects with the signal's reason, or with `attachFailed` when nothing came in time; what comes later goes to `tooLate`. */
async function inTime<T>(
	work: Promise<T>,
	{ address, signal }: AttachOptions,
	tooLate?: (late: T) => Promise<void>,
): Promise<T> {
	const { promise: aborted, reject } = deferred<never>();
	const abort = () => reject(signal?.reason);
	signal?.addEventListener('abort', abort, { once: true });
	try {
		return await withDeadline(Promise.race([work, aborted]), ATTACH_MS, 'it does not answer');
	} catch (error) {
		work.then(tooLate).catch(() => {
			// It failed by itself in the meantime, or closed already.
		});
		if (signal?.aborted) throw signal.reason;
		throw error instanceof UserError ? error : errors.attachFailed(address, error);
	} finally {
		signal?.removeEventListener('abort', abort);
	}
}

async function connect(address: string, isProxy: boolean): Promise<Target> {
	try {
		if (isProxy) {
			const only = await CdpClient.connect(address);
			return new Target(only, only);
		}
		const { host, port } = hostAndPort(address);
		const [found] = await CDP.List({ host, port });
		if (!found?.webSocketDebuggerUrl) throw new Error('it offers nothing to attach to');
		const url = found.webSocketDebuggerUrl;
		const [control, poll] = await Promise.all([CdpClient.connect(url), CdpClient.connect(url)]);
		return new Target(control, poll);
	} catch (error) {
		throw errors.attachFailed(address, error);
	}
}

function hostAndPort(address: string): { host: string; port: number } {
	const match = /^(?:(.+):)?(\d{1,5})$/.exec(address.trim());
	const port = Number(match?.[2]);
	if (!match || port < 1 || port > 65_535) throw new Error('give it as host:port, for example 127.0.0.1:9229');
	return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

const LOOPBACK = /^(?:wss?:\/\/)?(?:(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)(?:[:/]|$)|\d+$)/;
export const isLoopback = (address: string): boolean => LOOPBACK.test(address.trim());

class AttachedSession extends ObservedSession {
	readonly ended: Promise<EndReason>;
	readonly stdin = undefined;
	readonly stdout = undefined;
	readonly stderr = undefined;
	readonly #options: AttachOptions;
	readonly #target: Target;
	readonly #isProxy: boolean;

	constructor(options: AttachOptions, target: Target, isProxy: boolean) {
		super(
			{
				type: 'header',
				format: RECORDING_FORMAT,
				version: ENGINE_VERSION,
				engineNode: process.versions.node,
				title: options.title ?? options.address,
				command: [],
				cwd: options.cwd,
				samplingIntervalBytes: options.sampling?.intervalBytes ?? DEFAULT_INTERVAL_BYTES,
			},
			options,
		);
		this.#options = options;
		this.#target = target;
		this.#isProxy = isProxy;
		this.ended = target.closed.then(() => this.core.end({ kind: 'detached' }));
	}

	async start(): Promise<void> {
		await this.core.open();
		const { control } = this.#target;
		const observation = this.core.observe(this.#target, undefined, isLoopback(this.#options.address));
		const setUp: Promise<unknown>[] = [];
		// Behind a proxy the debugger is somebody else's.
		if (!this.#isProxy) {
			const watch = this.watchDebugger(this.#target, observation, () => void this.#atHeapLimit(watch));
			control.on('NodeRuntime.waitingForDisconnect', () => void this.#letGo());
			setUp.push(control.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }), watch.start());
		}
		const { pid } = await observation.start();
		this.targetPid = pid;
		await Promise.all(setUp);
		await this.#target.run(go, HUB_KEY);
		this.core.setState('running');
		this.stopOnAbort();
	}

	/** Nothing of a session that could not begin stays behind. */
	async giveUp(): Promise<void> {
		await this.#target.close();
		await this.core.observation?.abandon();
		await this.core.log.discard();
	}

	async #atHeapLimit(watch: DebuggerWatch): Promise<void> {
		const message = 'The heap limit was reached. V8 raised it for the debugger and the script goes on.';
		this.core.log.notice('error', message);
		await this.#readAtLimit();
		watch.resume();
	}

	/** Whatever becomes of the reading, the script must go on after it. */
	async #readAtLimit(): Promise<void> {
		try {
			const reading = this.core.running().observation.readAllocations('outOfMemory');
			await withDeadline(reading, LIMIT_READING_MS, 'The script did not answer in time.');
		} catch (error) {
			this.core.log.notice('warning', `The reading at the heap limit is missing: ${messageOf(error)}`);
		}
	}

	async #letGo(): Promise<void> {
		await this.core.finish();
		await this.#target.close();
	}

	async stop(): Promise<void> {
		await this.core.finish();
		if (!this.#target.isClosed) await this.core.observation?.leave();
		await this.#target.close();
		await this.ended;
	}

	kill(): void {
		// Not our process: it is only watched.
	}

	override async collectGarbage(): Promise<CommandResult> {
		const before = this.model.latest?.heapUsedBytes;
		if (this.model.process?.runtime) return this.core.command({ kind: 'collectGarbage' });
		// Reading the allocation profile collects first, and works while the script computes.
		await this.core.running().observation.readAllocations('request');
		const after = this.model.latest?.heapUsedBytes;
		const freedBytes = before !== undefined && after !== undefined ? before - after : undefined;
		return { message: 'Collected.', ...(freedBytes !== undefined && { freedBytes }) };
	}
}
