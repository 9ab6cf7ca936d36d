/** The tab that a key leads to from the chosen one, as the pattern for tabs has it; `undefined` where the key is none of theirs. */
export function tabAfterKey<T>(tabs: readonly T[], chosen: T, key: string): T | undefined {
	const at = tabs.indexOf(chosen);
	const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
	const wanted = to[key];
	return wanted === undefined ? undefined : tabs.at(wanted % tabs.length);
}
