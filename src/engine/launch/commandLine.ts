import { basename } from 'node:path';
import { errors } from '../errors.ts';

/**
 * Splits a command line into words: blanks separate, single and double quotes group, a backslash takes the next character
 * (inside single quotes it is itself). Nothing is expanded; no shell is involved.
 */
export function splitCommandLine(line: string): string[] {
	const words: string[] = [];
	let word: string | undefined;
	let quote: string | undefined;
	for (let i = 0; i < line.length; i++) {
		const char = line.charAt(i);
		if (char === '\\' && quote !== "'" && i + 1 < line.length && escapes(line.charAt(i + 1))) {
			word = (word ?? '') + line.charAt(++i);
		} else if (quote !== undefined) {
			if (char === quote) quote = undefined;
			else word = (word ?? '') + char;
		} else if (char === '"' || char === "'") {
			quote = char;
			word ??= '';
		} else if (/\s/.test(char)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else {
			word = (word ?? '') + char;
		}
	}
	if (word !== undefined) words.push(word);
	return words;
}

/** Only what needs it: in `C:\scripts\a.js` a backslash is a backslash. */
const escapes = (char: string): boolean => char === '"' || char === "'" || char === '\\' || char === ' ';

/** Words of a command line that starts Node: `[node, …arguments]`. Throws `notANodeCommand`. */
export function nodeCommand(line: string): [string, ...string[]] {
	const [command, ...args] = splitCommandLine(line);
	if (command === undefined || !/^node(js)?(\.exe)?$/i.test(basename(command.replaceAll('\\', '/')))) {
		throw errors.notANodeCommand(line.trim());
	}
	return [command, ...args];
}

/** Options of Node that take the next word; `--name=value` is one word and needs no list. */
const TAKES_NEXT =
	/^(-r|--require|--import|-C|--conditions|--loader|--experimental-loader|--input-type|--env-file|--env-file-if-exists|--title|--icu-data-dir|--openssl-config|--watch-path|--test-name-pattern|--test-reporter|--test-reporter-destination|--disable-warning|--unhandled-rejections|--dns-result-order|--diagnostic-dir|--redirect-warnings|--localstorage-file|--experimental-config-file)$/;
const RUNS_TEXT = /^(-e|--eval|-p|--print|-pe|--run)(=|$)/;

/** Where in Node's arguments the script stands; -1 when they name none. */
export function scriptIndex(args: readonly string[]): number {
	for (let i = 0; i < args.length; i++) {
		const arg = args[i] ?? '';
		if (arg === '--') return i + 1 < args.length ? i + 1 : -1;
		if (RUNS_TEXT.test(arg)) return -1;
		if (TAKES_NEXT.test(arg)) i++;
		else if (!arg.startsWith('-')) return i;
	}
	return -1;
}

/** One word for a POSIX shell. */
export function shellQuote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
