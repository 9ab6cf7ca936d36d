import { runtimeErrors } from './runtimeError.ts';

type NameOf<Options> = Options extends unknown ? keyof Options : never;

/** Every name of an option type, of each form of it; the compiler refuses a list that lacks one or has one too many. */
export type OptionNames<Options> = Readonly<Record<NameOf<Options>, true>>;

/** The first name in `options` that is none of `known`: a slip of the pen, which would leave out a bound without a word. */
export function unknownName(options: object, known: object): string | undefined {
	return Object.keys(options).find(name => !Object.hasOwn(known, name));
}

/** Throws `invalidOption` for a name that is no option. `owner` begins the message: `ObjectPool "parsers"`. */
export function checkOptionNames<Options extends object>(
	owner: string,
	options: Options,
	known: OptionNames<Options>,
): void {
	const name = unknownName(options, known);
	if (name !== undefined) throw runtimeErrors.unknownOption(owner, name, Object.keys(known));
}
