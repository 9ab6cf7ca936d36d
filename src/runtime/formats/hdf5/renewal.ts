/** Going on after a failure of the library, in another instance of it. */
import type { Content } from './content.ts';

/** Asks for another instance, with the same file in it. */
export const RENEW = Symbol('another instance');

/** What the thread gives, piece by piece. */
export type Steps<Piece> = Generator<Piece | typeof RENEW, void, Content>;

/** So many attributes, or lists of them, may be damaged in a file; with more it is given up. */
const MOST_DAMAGES = 8;

/** Does `work` anew as long as it has failed at something that is known as damaged from then on. */
export function* attempt<T>(
	content: Content,
	work: (content: Content) => T,
): Generator<typeof RENEW, { content: Content; value: T }, Content> {
	let used = content;
	for (;;) {
		const known = used.damages.size;
		try {
			return { content: used, value: work(used) };
		} catch (error) {
			if (used.damages.size === known || used.damages.size > MOST_DAMAGES) throw error;
			used = yield RENEW;
		}
	}
}
