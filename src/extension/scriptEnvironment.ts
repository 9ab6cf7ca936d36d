import { PROFILE_ON_START_VARIABLE } from './ids.ts';

/** What VS Code sets for its own processes; its terminals take the same variables out. */
const OF_THE_EDITOR = /^(ELECTRON_|VSCODE_(?!PORTABLE$))/;

/** The environment a script would have in a terminal of this window, changed as the setting says. */
export function scriptEnvironment(
	base: NodeJS.ProcessEnv,
	changes: Readonly<Record<string, string | null>>,
): NodeJS.ProcessEnv {
	const env: NodeJS.ProcessEnv = {};
	for (const [name, value] of Object.entries(base)) {
		if (!OF_THE_EDITOR.test(name) && name !== PROFILE_ON_START_VARIABLE) env[name] = value;
	}
	for (const [name, value] of Object.entries(changes)) {
		if (value === null) delete env[name];
		else env[name] = value;
	}
	return env;
}
