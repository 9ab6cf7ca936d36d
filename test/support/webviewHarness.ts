/**
 * The panel and the side bar in an ordinary browser, for working on them without VS Code:
 * `node esbuild.mjs --only panel,sidebar && node test/support/webviewHarness.ts [recording.memrec]`
 * then open `/panel?theme=dark&scenario=live` (themes: dark light highContrast; scenarios below).
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import { SessionModel } from '../../src/analysis/sessionModel.ts';
import { readRecording } from '../../src/engine/recordingFile.ts';
import type { Entry } from '../../src/protocol/entries.ts';
import type { PanelSession, SidebarState } from '../../src/protocol/panel.ts';
import { sampleEntries, sampleHeader } from './sampleSession.ts';
import { bodyClass, type HarnessTheme, themeVariables } from './themeVariables.ts';

export type Scenario = 'clean' | 'live' | 'ended' | 'outOfMemory' | 'fresh' | 'none' | 'untrusted' | 'recording';

interface Script {
	session?: PanelSession;
	/** Sent after the session, in batches of 50 ms of the run. */
	later: Entry[];
	sidebar: SidebarState;
}

async function script(scenario: Scenario, recording: string | undefined): Promise<Script> {
	const recordings = scenario === 'fresh' || scenario === 'untrusted' ? [] : sampleRecordings;
	const sidebar = { recordings, trusted: scenario !== 'untrusted' };
	if (scenario === 'none' || scenario === 'untrusted') return { later: [], sidebar };
	const { model, later } = scenario === 'recording' && recording ? await recorded(recording) : generated(scenario);
	const live = scenario === 'live' || scenario === 'fresh';
	const session = {
		id: scenario,
		live,
		controllable: live,
		restartable: scenario === 'ended',
		snapshot: model.snapshot(),
	};
	return { session, later, sidebar: { ...sidebar, session } };
}

/** What a script without the runtime library has. */
const BASIC_TYPES: ReadonlySet<Entry['type']> = new Set([
	'state',
	'process',
	'sample',
	'system',
	'gc',
	'notice',
	'cost',
]);

function generated(scenario: Scenario): { model: SessionModel; later: Entry[] } {
	const model = new SessionModel(sampleHeader);
	const length = scenario === 'fresh' ? 900 : 28_500;
	const end =
		scenario === 'ended' || scenario === 'clean' ? 'exit' : scenario === 'outOfMemory' ? 'outOfMemory' : undefined;
	const all = sampleEntries(length, end);
	if (scenario === 'clean') {
		all.push({ type: 'diagnosis', t: length, diagnosis: 9, findings: 0, ms: 840, collections: 3, notLookedAt: [] });
	}
	const split = scenario === 'live' ? 24_000 : Number.POSITIVE_INFINITY;
	const shown = scenario === 'fresh' ? all.filter(({ type }) => BASIC_TYPES.has(type)) : all;
	for (const entry of shown) if (entry.t <= split) model.apply(entry);
	return { model, later: shown.filter(({ t }) => t > split) };
}

async function recorded(path: string): Promise<{ model: SessionModel; later: Entry[] }> {
	const { model } = await readRecording(path);
	return { model, later: [] };
}

const sampleRecordings = [
	{
		path: '/r/1.memrec',
		name: 'aggregate.mjs 2025-03-14 10.26',
		bytes: 1_812_331,
		modifiedEpochMs: Date.UTC(2025, 2, 14, 9, 27),
	},
	{
		path: '/r/2.memrec',
		name: 'a-recording-with-a-name-that-is-longer-than-the-side-bar.memrec',
		bytes: 48_500_000,
		modifiedEpochMs: Date.UTC(2025, 2, 13, 16, 2),
	},
];

/** What the page has that Node's types do not know. */
interface PageGlobals {
	postMessage(message: unknown): void;
	sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

/** Runs in the page before the webview's own script: answers like the extension, keeps what was asked in `asked`. */
function pretendExtension(view: string, { session, later, sidebar }: Script): void {
	const asked: unknown[] = [];
	const window = globalThis as unknown as PageGlobals;
	Object.assign(window, { asked });
	const notify = (name: string, argument: unknown) => window.postMessage({ type: 'notify', name, argument });
	const play = () => {
		const step = later.splice(0, 1 + later.findIndex(({ t }) => t > (later[0]?.t ?? 0) + 50));
		if (step.length === 0) return;
		notify('entries', step);
		setTimeout(play, 50);
	};
	Object.assign(window, {
		acquireVsCodeApi: () => ({
			getState: () => JSON.parse(window.sessionStorage.getItem('state') ?? 'null') ?? undefined,
			setState: (state: unknown) => window.sessionStorage.setItem('state', JSON.stringify(state)),
			postMessage: (message: { type: string; name: string; id?: number }) => {
				asked.push(message);
				if (message.name === 'ready') {
					if (view === 'panel') notify('session', session);
					else notify('state', sidebar);
					play();
				} else if (message.name === 'clearPool') {
					window.postMessage({
						type: 'error',
						id: message.id,
						error: 'The script is busy and did not answer within 2 s.',
					});
				} else if (message.type === 'call') {
					window.postMessage({ type: 'result', id: message.id });
				}
			},
		}),
	});
}

function page(view: string, theme: HarnessTheme, content: Script): string {
	const nonce = randomBytes(16).toString('base64');
	const variables = Object.entries(themeVariables[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	const data = JSON.stringify(content).replaceAll('<', '\\u003c');
	const background = view === 'sidebar' ? 'sideBar' : 'editor';
	return `<!DOCTYPE html>
<html lang="en" style='${variables.join(' ').replaceAll("'", '"')} background: var(--vscode-${background}-background)'>
<head><meta charset="utf-8"><title>${view}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:">
<link rel="stylesheet" href="/dist/${view}.css"></head>
<body class="${bodyClass[theme]}"><div id="memory-manager-${view}"></div>
<script nonce="${nonce}">(${pretendExtension})(${JSON.stringify(view)}, ${data})</script>
<script nonce="${nonce}" type="module" src="/dist/${view}.js"></script></body></html>`;
}

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css' };

/** Serves the built webviews on a free port of the loopback address. */
export async function startWebviewHarness(
	options: { port?: number; recording?: string } = {},
): Promise<{ origin: string; server: Server }> {
	const server = createServer(async (request, response) => {
		try {
			const url = new URL(request.url ?? '/', 'http://localhost');
			const file = /^\/dist\/(panel|sidebar)(\.js|\.css)$/.exec(url.pathname);
			if (file) {
				response.setHeader('content-type', TYPES[file[2] ?? ''] ?? 'text/plain');
				response.end(await readFile(join(projectRoot, 'dist/webview', `${file[1]}${file[2]}`)));
			} else if (url.pathname === '/panel' || url.pathname === '/sidebar') {
				const theme = url.searchParams.get('theme');
				const scenario = (url.searchParams.get('scenario') ?? 'live') as Scenario;
				response.setHeader('content-type', 'text/html; charset=utf-8');
				response.end(
					page(
						url.pathname.slice(1),
						theme === 'light' || theme === 'highContrast' ? theme : 'dark',
						await script(scenario, options.recording),
					),
				);
			} else {
				response.writeHead(404).end();
			}
		} catch (error) {
			response.writeHead(500).end(String(error));
		}
	});
	await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
	return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

if (import.meta.main) {
	const recording = process.argv[2];
	const { origin } = await startWebviewHarness(recording === undefined ? {} : { recording });
	console.log(`${origin}/panel?theme=dark&scenario=${recording ? 'recording' : 'live'}`);
}
