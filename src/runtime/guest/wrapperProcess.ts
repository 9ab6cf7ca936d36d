/** Package managers, runners and TypeScript launchers: processes that start the script in a process of its own. */
const WRAPPERS = [
	/(^|\/)(npm|npx)(-cli)?(\.c?js)?$/,
	/(^|\/)(pnpm|pnpx|yarn|yarnpkg|corepack)(\.[cm]?js)?$/,
	/\/\.yarn\/releases\/yarn-[^/]*\.c?js$/,
	/\/corepack\/(dist|shims)\//,
	/\/tsx\/dist\/cli\.[cm]?js$/,
	/\/\.bin\/tsx$/,
	/\/(c8|nyc)\/bin\/[^/]+\.js$/,
	/\/\.bin\/(c8|nyc)$/,
	/\/(cross-env|cross-env-shell|dotenv-cli|env-cmd|npm-run-all2?|concurrently|nodemon|wireit)\//,
	/\/\.bin\/(cross-env|cross-env-shell|dotenv|env-cmd|npm-run-all2?|run-[sp]|concurrently|nodemon|wireit)$/,
];

/** By this option Node itself starts the script in a child; the variable is what the child has. */
const WATCH = { option: /^--watch(-path)?(=|$)/, childVariable: 'WATCH_REPORT_DEPENDENCIES' };
/**
 * By this one it starts a child for each test file. Our options in its environment would make it run them one at a time, and say so:
 * it only passes them on where its children do not join otherwise.
 */
const TEST = { option: /^--test$/, childVariable: 'NODE_TEST_CONTEXT' };

export interface ProcessFacts {
	/** `process.argv[1]`, as given and with links resolved. */
	mainPaths: readonly string[];
	execArgv: readonly string[];
	env: Readonly<Record<string, string | undefined>>;
	/** Whether its children join the session by themselves. */
	children: boolean;
}

/** Whether this process only starts the one that a person means. Such a one is not profiled and passes our variables on. */
export function isWrapperProcess({ mainPaths, execArgv, env, children }: ProcessFacts): boolean {
	const paths = mainPaths.map(path => path.replaceAll('\\', '/'));
	if (paths.some(path => WRAPPERS.some(pattern => pattern.test(path)))) return true;
	return (children ? [WATCH] : [WATCH, TEST]).some(
		({ option, childVariable }) => env[childVariable] === undefined && execArgv.some(argument => option.test(argument)),
	);
}
