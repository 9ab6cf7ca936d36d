import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import * as vscode from 'vscode';
import { describeEnd } from '../../analysis/describe.ts';
import type { ProfileSession } from '../../engine/sessionTypes.ts';
import { visibleText } from '../../protocol/text.ts';
import { LineEditor } from './lineEditor.ts';
import { OutputQueue } from './outputQueue.ts';
import { LineEnds } from './terminalText.ts';

/** About what a terminal of VS Code draws without falling behind: 64 Ki characters every 16 ms. */
const TURN_MS = 16;
const QUEUE = { maxQueued: 1024 * 1024, maxPerTurn: 64 * 1024 };

/** The script's own terminal: shows what it writes, gives it what is typed. Closing it stops the script. */
export class SessionTerminal implements vscode.Pseudoterminal {
	readonly #session: ProfileSession;
	readonly #write = new vscode.EventEmitter<string>();
	readonly #close = new vscode.EventEmitter<number>();
	readonly #queue = new OutputQueue(QUEUE);
	readonly #lineEnds = new LineEnds();
	readonly #editor: LineEditor;
	#timer: NodeJS.Timeout | undefined;
	#opened = false;
	#over = false;

	readonly onDidWrite = this.#write.event;
	readonly onDidClose = this.#close.event;

	constructor(session: ProfileSession) {
		this.#session = session;
		this.#editor = new LineEditor({
			echo: text => this.#show(text),
			send: text => this.#send(text),
			interrupt: () => session.kill('SIGINT'),
			endInput: () => session.stdin?.end(),
		});
		// Read from the start: a pipe that nobody empties would hold up the script.
		const read = [session.stdout, session.stderr].map(stream => stream && this.#read(stream));
		void Promise.all([session.ended, ...read]).then(([reason]) => {
			this.#over = true;
			const name = visibleText(session.header.title, 80);
			this.#show(`\u001b[0m\n\u001b[2m${name}: ${describeEnd(reason)}. Press any key to close.\u001b[0m\n`);
		});
	}

	get isOver(): boolean {
		return this.#over;
	}

	open(): void {
		this.#opened = true;
		this.#flush();
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#opened = false;
		void this.#session.stop();
	}

	handleInput(data: string): void {
		if (this.#over) this.#close.fire(0);
		else this.#editor.input(data);
	}

	#send(text: string): void {
		const { stdin } = this.#session;
		if (stdin?.writable) stdin.write(text);
	}

	async #read(stream: Readable): Promise<void> {
		const decoder = new StringDecoder('utf8');
		stream.on('data', (chunk: Buffer) => this.#show(decoder.write(chunk)));
		try {
			await finished(stream, { writable: false });
		} catch {
			// The script's end broke the pipe: what came until then is shown.
		}
		this.#show(decoder.end());
	}

	#show(text: string): void {
		this.#queue.push(text);
		if (this.#timer === undefined) this.#flush();
	}

	#flush(): void {
		this.#timer = undefined;
		if (!this.#opened || this.#queue.isEmpty) return;
		this.#write.fire(this.#lineEnds.convert(this.#queue.take()));
		this.#timer = setTimeout(() => this.#flush(), TURN_MS);
	}
}
