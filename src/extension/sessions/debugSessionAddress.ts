import * as vscode from 'vscode';
import { isNumber, isRecord, isString } from '../../protocol/guards.ts';
import { visibleText } from '../../protocol/text.ts';
import { extensionErrors } from '../extensionErrors.ts';

/** Of the built-in JavaScript debugger: shares its inspector connection with us. */
const PROXY_COMMAND = 'extension.js-debug.requestCDPProxy';

/** The address under which the debugger lets us share its session. Rejects with `noDebugSession`. */
export async function debugSessionAddress(
	active: vscode.DebugSession | undefined,
): Promise<{ address: string; title: string }> {
	// The visible session may be the parent of the one that has the connection, or the other way round.
	for (let session = active; session; session = session.parentSession) {
		if (!/^(pwa-)?(node|extensionHost)/.test(session.type)) continue;
		const proxy: unknown = await vscode.commands.executeCommand(PROXY_COMMAND, session.id);
		if (!isRecord(proxy) || !isString(proxy.host) || !isNumber(proxy.port)) continue;
		const path = isString(proxy.path) ? proxy.path : '';
		const host = proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host;
		return {
			address: `ws://${host}:${proxy.port}${path.startsWith('/') ? '' : '/'}${path}`,
			title: visibleText(session.name, 60),
		};
	}
	throw extensionErrors.noDebugSession();
}
