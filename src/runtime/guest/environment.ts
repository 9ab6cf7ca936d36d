import { LINK_VARIABLE, type Link, parseLink } from '../../protocol/runtimeLink.ts';

export function readLink(): Link | undefined {
	return parseLink(process.env[LINK_VARIABLE]);
}

/** From here on the script and its children see the environment they would see without us. */
export function restoreEnvironment({ nodeOptions }: Link): void {
	delete process.env[LINK_VARIABLE];
	if (nodeOptions === undefined) delete process.env.NODE_OPTIONS;
	else process.env.NODE_OPTIONS = nodeOptions;
}
