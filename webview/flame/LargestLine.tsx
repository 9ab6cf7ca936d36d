import type { JSX } from 'preact';
import type { Measure } from '../../src/analysis/attribution.ts';
import type { LineFigure } from '../../src/analysis/attributionLines.ts';
import { lineWords } from '../../src/analysis/largestLine.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { SiteLink } from '../tables/cells.tsx';

/** The one line to look at first. */
export function LargestLine({ line, measure }: { line: LineFigure; measure: Measure }): JSX.Element {
	const { file, functionName } = line;
	const name = functionName === '' || functionName === '(anonymous)' ? '' : `in ${visibleText(functionName, 80)}:`;
	return (
		<p class="headline">
			<SiteLink site={{ file, line: line.line, column: 1 }} />
			{name && <span>{name}</span>}
			<span>{lineWords(line, measure)}</span>
		</p>
	);
}
