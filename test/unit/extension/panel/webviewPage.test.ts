import assert from 'node:assert/strict';
import { createNonce, messagePage, webviewPage } from '../../../../src/extension/panel/webviewPage.ts';

const parts = {
	title: '<b>&"title"</b>',
	rootId: 'memory-manager-panel',
	scriptUri: 'https://host/panel.js',
	styleUri: 'https://host/panel.css',
	cspSource: "'self' https://host",
	nonce: 'N0nce',
};

describe('webviewPage', () => {
	it('lets run one script, by its nonce, and nothing inline', () => {
		const page = webviewPage(parts);
		assert.match(page, /default-src &#39;none&#39;/);
		assert.match(page, /script-src &#39;nonce-N0nce&#39;(&quot;|")/);
		assert.doesNotMatch(page, /unsafe/);
		assert.equal(page.match(/<script/g)?.length, 1);
		assert.match(page, /<div id="memory-manager-panel"><\/div>/);
	});

	it('keeps names as text', () => {
		assert.match(webviewPage(parts), /<title>&lt;b&gt;&amp;&quot;title&quot;&lt;\/b&gt;<\/title>/);
		const page = messagePage('x', '<img src=x onerror=alert(1)>', "'self'");
		assert.doesNotMatch(page, /<img|<script/);
		assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;/);
	});

	it('has a nonce that cannot be guessed', () => {
		const nonces = new Set(Array.from({ length: 100 }, createNonce));
		assert.equal(nonces.size, 100);
		for (const nonce of nonces) assert.match(nonce, /^[\w-]{32}$/);
	});
});
