import type { JSX } from 'preact';
import { FINDING_KINDS, SEVERITIES } from '../../src/analysis/runtimeWords.ts';
import type { FindingEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes } from '../../src/protocol/units.ts';
import { Icon } from '../icons.tsx';
import { SiteLink } from '../tables/cells.tsx';

/** One finding: what, where, how that is known, and what to do. Its texts come from the script and stay text. */
export function Finding({ finding }: { finding: FindingEntry }): JSX.Element {
	const { severity, kind, title, bytes, site, evidence, advice, tool } = finding;
	return (
		<li class={`finding finding-${severity}`}>
			<div class="finding-head">
				<Icon name={severity} />
				<span class="finding-severity">{SEVERITIES[severity]}</span>
				<h2>{visibleText(title, 300)}</h2>
				{bytes !== undefined && <span class="finding-bytes">{formatBytes(bytes)}</span>}
			</div>
			<p class="finding-about">
				<span class="dim">{FINDING_KINDS[kind]}</span>
				{site && <SiteLink site={site} />}
			</p>
			{evidence.length > 0 && (
				<ul class="evidence" aria-label="Evidence">
					{[...new Set(evidence)].map(fact => (
						<li key={fact}>{visibleText(fact, 400)}</li>
					))}
				</ul>
			)}
			<p class="advice">
				{visibleText(advice, 600)}
				{tool !== undefined && (
					<>
						<span class="dim"> Tool: </span>
						<code>{visibleText(tool, 80)}</code>
					</>
				)}
			</p>
		</li>
	);
}
