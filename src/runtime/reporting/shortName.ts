const MAX_NAME = 256;

/** At most 256 characters, as a string of its own: a slice would keep the whole text of a huge name alive. */
export function shortName(name: string): string {
	if (name.length <= MAX_NAME) return name;
	return Buffer.from(`${name.slice(0, MAX_NAME - 1)}…`, 'utf8').toString('utf8');
}
