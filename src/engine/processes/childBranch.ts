import { setTimeout as delay } from 'node:timers/promises';
import type { EndReason } from '../../protocol/entries.ts';
import { type ChildArrival, NOTIFY_BINDING } from '../../protocol/runtimeLink.ts';
import { hostRssBytes } from '../collectors/hostRss.ts';
import { messageOf } from '../errors.ts';
import { CdpClient, ConnectionClosedError } from '../inspector/cdp.ts';
import { expression, go } from '../inspector/snippets.ts';
import { HUB_KEY, Target } from '../inspector/target.ts';
import type { RendezvousDirectory } from '../launch/rendezvous.ts';
import { isAlive, LEAST_INTERVAL_MS, processRssBytes } from '../processRss.ts';
import type { SamplingOptions } from '../sessionTypes.ts';
import { Branch, type SessionParts } from './branch.ts';
import type { BranchFacts } from './processLog.ts';

const MAIN_CONTEXT = 1;
/** How often a child that cannot be asked is looked at. */
const LOOK_MS = 100;
/** How long after a child's end its parent may take to tell how it went. */
const WORD_MS = 500;
/** How long the last reading of a child that lives on may take. */
const LET_GO_MS = 1_000;

/** A process that one of the session's processes started: a Node, or a program of the runtime library's. */
export class ChildBranch extends Branch {
	readonly #arrival: ChildArrival;
	readonly #rendezvous: RendezvousDirectory;
	#isLetGo = false;

	constructor(parts: SessionParts, facts: BranchFacts, arrival: ChildArrival, rendezvous: RendezvousDirectory) {
		super(parts, facts);
		this.#arrival = arrival;
		this.#rendezvous = rendezvous;
		const { pid, nodeVersion, v8Version, platform, arch, cwd, url } = arrival;
		const runtime = url !== undefined;
		const entry = { pid, nodeVersion, v8Version, platform, arch, cwd, runtime };
		this.log.add({ type: 'process', t: this.log.beganAt, ...entry });
	}

	get pid(): number {
		return this.#arrival.pid;
	}

	/** It can be asked. One that cannot costs next to nothing. */
	get isNode(): boolean {
		return !this.#arrival.program;
	}

	/** `follow` is called with the connection on which its workers will tell of themselves. Settles when it runs. */
	async start(sampling: SamplingOptions, follow: (control: CdpClient) => Promise<void>, finish: () => Promise<void>) {
		const { url, program } = this.#arrival;
		if (url === undefined) {
			const why = program
				? 'it is no Node, but a program that the runtime library started.'
				: 'its stderr is a file, where Node would say that a debugger attached.';
			this.log.notice('info', `Only its RSS is known: ${why}`);
			void this.#lookFromOutside();
			return;
		}
		try {
			await this.#attach(url, sampling, follow, finish);
		} catch (error) {
			if (!(error instanceof ConnectionClosedError))
				this.parts.logger.warn(`${this.log.facts.title}: ${messageOf(error)}`);
			await this.target?.close();
			await this.#lookFromOutside();
		}
	}

	async #attach(
		url: string,
		sampling: SamplingOptions,
		follow: (control: CdpClient) => Promise<void>,
		finish: () => Promise<void>,
	): Promise<void> {
		const [control, poll] = await Promise.all([CdpClient.connect(url), CdpClient.connect(url)]);
		const target = new Target(control, poll);
		const observation = this.observe(target, sampling, true);
		const ending = async () => {
			await finish();
			await this.finish();
			await target.close();
			this.#rendezvous.release(this.pid);
		};
		control.on('Runtime.bindingCalled', ({ name, payload }) => {
			if (name !== NOTIFY_BINDING) return;
			if (payload === 'ending') void ending();
			else observation.pollNow();
		});
		this.#rendezvous.onEnding(this.pid, () => void ending());
		control.on('NodeRuntime.waitingForDisconnect', () => void ending());
		control.on('Debugger.scriptParsed', ({ scriptId, url: script, sourceMapURL }) =>
			observation.maps.addScript(scriptId, script, sourceMapURL),
		);
		void target.closed.then(() => this.#lookFromOutside());
		const served = Promise.all([
			control.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }),
			follow(control),
			control.send('Runtime.addBinding', { name: NOTIFY_BINDING, executionContextId: MAIN_CONTEXT }),
		]);
		await observation.start();
		await Promise.all([
			served,
			control.send('Runtime.evaluate', { expression: expression(go, HUB_KEY), silent: true }),
		]);
	}

	/** Nobody can be asked any more: its RSS is followed to its end. */
	async #lookFromOutside(): Promise<void> {
		if (this.target?.isClosed) this.observation?.lost();
		let askedAt = Number.NEGATIVE_INFINITY;
		while (!this.hasEnded && !this.#isLetGo) {
			const reason = this.#rendezvous.endOf(this.pid, 'exit');
			if (reason) return this.end(reason);
			if (!this.#isThere()) return this.end(await this.#lastWord());
			if (!this.observation && performance.now() - askedAt >= LEAST_INTERVAL_MS - LOOK_MS / 2) {
				askedAt = performance.now();
				const rssBytes = await processRssBytes(this.pid);
				if (rssBytes !== undefined) this.log.add({ type: 'sample', t: this.parts.clock.now(), rssBytes });
			}
			await delay(LOOK_MS);
		}
	}

	/** A process that has ended and was not waited for yet has a number but no memory. */
	#isThere(): boolean {
		if (!isAlive(this.pid)) return false;
		return process.platform !== 'linux' || hostRssBytes(this.pid) !== undefined;
	}

	/** Its parent knows best how it went, and it itself else; of one that was killed below a shell nobody tells. */
	async #lastWord(): Promise<EndReason> {
		const own = this.#rendezvous.endOf(this.pid, 'ending');
		if (own) return own;
		for (let waited = 0; waited < WORD_MS; waited += LOOK_MS) {
			const told = this.#rendezvous.endOf(this.pid, 'exit');
			if (told) return told;
			await delay(LOOK_MS);
		}
		return { kind: 'gone' };
	}

	/** The session ends while it lives. */
	async letGo(): Promise<void> {
		if (this.hasEnded) return;
		this.#isLetGo = true;
		await this.finish('final', LET_GO_MS);
		if (this.target && !this.target.isClosed) await this.observation?.leave();
		await this.end({ kind: 'detached' });
	}
}
