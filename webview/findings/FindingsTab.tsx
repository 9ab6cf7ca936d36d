import type { JSX } from 'preact';
import { diagnosisState, rankedFindings } from '../../src/analysis/findings.ts';
import type { DiagnosisEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatCount, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { EmptyState } from '../panel/EmptyState.tsx';
import { Snippet } from '../panel/Snippet.tsx';
import { WithoutRuntime } from '../panel/WithoutRuntime.tsx';
import { Finding } from './Finding.tsx';

const SNIPPET = `import { diagnoseLeaks } from 'memory-manager-runtime';
await diagnoseLeaks();`;

export function FindingsTab(): JSX.Element | null {
	const { store } = usePanel();
	store.revision.value;
	const model = store.model;
	if (!model) return null;
	const { findings, diagnosis } = model.runtime;
	const state = diagnosisState(model.runtime);
	if (state === 'none') return <NoDiagnosis withRuntime={model.process?.runtime !== false} />;
	if (state === 'clean' && diagnosis) {
		return (
			<>
				<EmptyState title="Nothing found">
					<p>
						{about(diagnosis)} Nothing grew from collection to collection, and nothing was kept that should have gone.
					</p>
				</EmptyState>
				<NotLookedAt sentences={diagnosis.notLookedAt} />
			</>
		);
	}
	const ranked = rankedFindings(findings);
	return (
		<>
			<p class="sentence">
				{formatCount(ranked.length)} {ranked.length === 1 ? 'finding' : 'findings'}, worst first.{' '}
				{state === 'found' && diagnosis ? about(diagnosis) : 'The diagnosis has not ended.'}
			</p>
			<ol class="findings">
				{ranked.map(finding => (
					<Finding key={`${finding.kind} ${finding.t} ${finding.title}`} finding={finding} />
				))}
			</ol>
			{state === 'found' && diagnosis && <NotLookedAt sentences={diagnosis.notLookedAt} />}
		</>
	);
}

function about({ t, ms, collections }: DiagnosisEntry): string {
	const forced =
		collections === 0
			? 'forced no collection'
			: `forced ${formatCount(collections)} ${collections === 1 ? 'collection' : 'collections'}`;
	return `The diagnosis ended at ${formatMs(t)}, took ${formatMs(ms)} and ${forced}.`;
}

function NotLookedAt({ sentences }: { sentences: readonly string[] }): JSX.Element | null {
	if (sentences.length === 0) return null;
	return (
		<section class="not-looked-at">
			<h2>Not looked at</h2>
			<ul>
				{sentences.map(sentence => (
					<li key={sentence}>{visibleText(sentence, 400)}</li>
				))}
			</ul>
		</section>
	);
}

function NoDiagnosis({ withRuntime }: { withRuntime: boolean }): JSX.Element {
	if (!withRuntime) return <WithoutRuntime what="Findings" use="that looks for leaks" />;
	return (
		<EmptyState title="No diagnosis yet">
			<p>
				Ask for one where memory should have come back, such as the end of a round of work. It names what grows, where
				it was made and what helps:
			</p>
			<Snippet text={SNIPPET} />
		</EmptyState>
	);
}
