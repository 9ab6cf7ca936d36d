import CDP from 'chrome-remote-interface';
import { withDeadline } from '../base/deadlines.ts';
import type { EndReason } from '../protocol/entries.ts';
import { RECORDING_FORMAT } from '../protocol/recording.ts';
import type { CommandResult, RuntimeCommand } from '../protocol/runtimeLink.ts';
import { errors, messageOf } from './errors.ts';
import { CdpClient } from './inspector/cdp.ts';
import { go } from './inspector/snippets.ts';
import { HUB_KEY, Target } from './inspector/target.ts';
import { DEFAULT_INTERVAL_BYTES } from './observation.ts';
import { SessionCore } from './session.ts';
import type { AttachOptions, ProfileSession } from './sessionTypes.ts';
import { ENGINE_VERSION } from './version.ts';

/** How long a script may stand still at its heap limit for our reading. */
const LIMIT_READING_MS = 8_000;

/** Follows a process that already runs with an open inspector, or one behind js-debug's proxy. Rejects with `attachFailed`. */
export async function attachSession(options: AttachOptions): Promise<ProfileSession> {
	options.signal?.throwIfAborted();
	const isProxy = /^wss?:/.test(options.address);
	const target = await connect(options.address, isProxy);
	const session = new AttachedSession(options, target, isProxy);
	try {
		await session.start();
	} catch (error) {
		await target.close();
		throw errors.attachFailed(options.address, error);
	}
	return session;
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

const isLoopback = (address: string): boolean => /^(wss?:\/\/)?(localhost|127\.|\[?::1\]?|\d+$)/.test(address.trim());

class AttachedSession implements ProfileSession {
	readonly ended: Promise<EndReason>;
	readonly stdin = undefined;
	readonly stdout = undefined;
	readonly stderr = undefined;
	readonly #core: SessionCore;
	readonly #options: AttachOptions;
	readonly #target: Target;
	readonly #isProxy: boolean;
	#pid: number | undefined;

	constructor(options: AttachOptions, target: Target, isProxy: boolean) {
		this.#options = options;
		this.#target = target;
		this.#isProxy = isProxy;
		this.#core = new SessionCore(
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
		this.ended = target.closed.then(() => this.#core.end({ kind: 'detached' }));
	}

	get header() {
		return this.#core.model.header;
	}
	get model() {
		return this.#core.model;
	}
	get state() {
		return this.#core.state;
	}
	get recordingPath() {
		return this.#options.recordingPath;
	}
	get pid() {
		return this.#pid;
	}
	get onDidAddEntries() {
		return this.#core.log.onDidAddEntries;
	}

	async start(): Promise<void> {
		await this.#core.open();
		const { control } = this.#target;
		const observation = this.#core.observe(this.#target, undefined, isLoopback(this.#options.address));
		const setUp: Promise<unknown>[] = [observation.start().then(({ pid }) => (this.#pid = pid))];
		// Behind a proxy the debugger is somebody else's.
		if (!this.#isProxy) {
			control.on('Debugger.scriptParsed', ({ scriptId, url, sourceMapURL }) =>
				observation.maps.addScript(scriptId, url, sourceMapURL),
			);
			control.on('Debugger.paused', ({ reason }) => void this.#paused(reason));
			control.on('NodeRuntime.waitingForDisconnect', () => void this.#letGo());
			setUp.push(
				control.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }),
				control.send('Debugger.enable', { maxScriptsCacheSize: 1_000_000 }),
				control.send('Debugger.setSkipAllPauses', { skip: true }),
			);
		}
		await Promise.all(setUp);
		await this.#target.run(go, HUB_KEY);
		this.#core.setState('running');
		this.#options.signal?.addEventListener('abort', () => void this.stop(), { once: true });
	}

	async #paused(reason: string): Promise<void> {
		if (reason === 'OOM') {
			const message = 'The heap limit was reached. V8 raised it for the debugger and the script goes on.';
			this.#core.log.notice('error', message);
			await this.#readAtLimit();
		}
		await this.#target.control.send('Debugger.resume').catch(error => this.#core.logger.trace(messageOf(error)));
	}

	/** Whatever becomes of the reading, the script must go on after it. */
	async #readAtLimit(): Promise<void> {
		try {
			const reading = this.#core.running().readAllocations('outOfMemory');
			await withDeadline(reading, LIMIT_READING_MS, 'The script did not answer in time.');
		} catch (error) {
			this.#core.log.notice('warning', `The reading at the heap limit is missing: ${messageOf(error)}`);
		}
	}

	async #letGo(): Promise<void> {
		await this.#core.finish();
		await this.#target.close();
	}

	async stop(): Promise<void> {
		await this.#core.finish();
		if (!this.#target.isClosed) await this.#core.observation?.leave();
		await this.#target.close();
		await this.ended;
	}

	kill(): void {
		// Not our process: it is only watched.
	}

	command(command: RuntimeCommand): Promise<CommandResult> {
		return this.#core.command(command);
	}

	async collectGarbage(): Promise<CommandResult> {
		const before = this.model.latest?.heapUsedBytes;
		if (this.model.process?.runtime) return this.#core.command({ kind: 'collectGarbage' });
		// Reading the allocation profile collects first, and works while the script computes.
		await this.#core.running().readAllocations('request');
		const after = this.model.latest?.heapUsedBytes;
		const freedBytes = before !== undefined && after !== undefined ? before - after : undefined;
		return { message: 'Collected.', ...(freedBytes !== undefined && { freedBytes }) };
	}

	async refreshAllocations(): Promise<void> {
		await this.#core.running().readAllocations('request');
	}

	takeHeapSnapshot(path: string, onProgress?: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
		return this.#core.takeHeapSnapshot(path, onProgress, signal);
	}
}
