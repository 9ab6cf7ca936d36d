import type * as vscode from 'vscode';
import { isRecord, isString } from '../../protocol/guards.ts';

export interface RunChoice {
	/** As typed: words with quotes. */
	args: string;
	cwd: string;
}

const KEY = 'memoryManager.choices';
const COMMAND_KEY = 'memoryManager.lastCommand';
const ADDRESS_KEY = 'memoryManager.lastAddress';
/** The newest are kept. */
const MAX_CHOICES = 100;

/** What was last chosen for a script, in this workspace. */
export class RunChoices {
	readonly #state: vscode.Memento;

	constructor(state: vscode.Memento) {
		this.#state = state;
	}

	get(path: string): RunChoice | undefined {
		const all = this.#all();
		const choice = Object.hasOwn(all, path) ? all[path] : undefined;
		return isRecord(choice) && isString(choice.args) && isString(choice.cwd)
			? { args: choice.args, cwd: choice.cwd }
			: undefined;
	}

	async set(path: string, choice: RunChoice): Promise<void> {
		const others = Object.entries(this.#all()).filter(([other]) => other !== path);
		await this.#state.update(KEY, Object.fromEntries([...others, [path, choice]].slice(-MAX_CHOICES)));
	}

	get command(): string {
		return this.#text(COMMAND_KEY) ?? 'node ';
	}
	setCommand(command: string): Thenable<void> {
		return this.#state.update(COMMAND_KEY, command);
	}

	get address(): string {
		return this.#text(ADDRESS_KEY) ?? '127.0.0.1:9229';
	}
	setAddress(address: string): Thenable<void> {
		return this.#state.update(ADDRESS_KEY, address);
	}

	#text(key: string): string | undefined {
		const value = this.#state.get<unknown>(key);
		return isString(value) ? value : undefined;
	}

	#all(): Record<string, unknown> {
		const value = this.#state.get<unknown>(KEY);
		return isRecord(value) ? value : {};
	}
}
