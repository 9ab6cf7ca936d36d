import { randomBytes } from 'node:crypto';

export interface PageParts {
	title: string;
	/** Id of the element that the script fills. */
	rootId: string;
	scriptUri: string;
	styleUri: string;
	/** `webview.cspSource`. */
	cspSource: string;
	nonce: string;
}

export const createNonce = (): string => randomBytes(24).toString('base64url');

/** The page of a webview: nothing is loaded but our own script (by nonce) and style; nothing inline runs. */
export function webviewPage({ title, rootId, scriptUri, styleUri, cspSource, nonce }: PageParts): string {
	const policy = [
		"default-src 'none'",
		`img-src ${cspSource} data:`,
		`font-src ${cspSource}`,
		`style-src ${cspSource}`,
		`script-src 'nonce-${nonce}'`,
	].join('; ');
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="${escapeHtml(rootId)}"></div>
<script type="module" nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

/** A page that only says something: an error in place of a recording. */
export function messagePage(title: string, sentence: string, cspSource: string): string {
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${escapeHtml(cspSource)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<main id="memory-manager-message"><h1>${escapeHtml(title)}</h1><p role="alert">${escapeHtml(sentence)}</p></main>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
		.replaceAll("'", '&#39;');
}
