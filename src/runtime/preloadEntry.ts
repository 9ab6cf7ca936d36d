/**
 * What `--require` names. The environment that leads here reaches every Node below a script, those that are older than what the rest is written
 * for, too: this file is built as ES5 (so no `const`), and nothing else is read where the rest could not be.
 */
try {
	delete require.cache[__filename];
	if (Number.parseInt(process.versions.node, 10) >= 20) require('./preloadGuest.cjs');
	else leaveAlone(process.env, JSON.parse(String(process.env.MEMORY_MANAGER_LINK)));
} catch {
	// Whatever it was, the script runs.
}

/** Runs unobserved, in the environment that it would have without us. */
function leaveAlone(env: NodeJS.ProcessEnv, link: { nodeOptions?: unknown }): void {
	delete env.MEMORY_MANAGER_LINK;
	if (typeof link.nodeOptions === 'string') env.NODE_OPTIONS = link.nodeOptions;
	else delete env.NODE_OPTIONS;
}
