import type { LaunchTarget } from '../../engine/sessionTypes.ts';

/** What a person asked to profile, complete enough to do it again. */
export type RunRequest =
	| { kind: 'launch'; target: LaunchTarget; cwd: string }
	| { kind: 'attach'; address: string; title: string; cwd: string }
	/** The address is asked for anew each time: a proxy serves one connection. */
	| { kind: 'debugSession'; cwd: string };

/** What recordings and messages call it. */
export function titleOf(request: RunRequest): string {
	if (request.kind === 'attach') return request.title;
	if (request.kind === 'debugSession') return 'debug session';
	const { target } = request;
	switch (target.kind) {
		case 'script':
			return target.path.split(/[\\/]/).at(-1) ?? target.path;
		case 'packageScript':
			return `npm run ${target.name}`;
		case 'command':
			return target.command;
	}
}
