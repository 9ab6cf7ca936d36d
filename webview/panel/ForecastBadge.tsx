import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { forecastText } from '../../src/analysis/forecastWords.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { usePanel } from '../context.ts';
import { Icon } from '../icons.tsx';

/** When memory runs out if it goes on like this; not there while that means nothing. */
export function ForecastBadge(): JSX.Element | null {
	const { store } = usePanel();
	store.revision.value;
	const model = store.liveModel;
	// A new one each second: more often it would only flicker.
	const found = useMemo(() => model && forecastText(model), [model, Math.floor((model?.now ?? 0) / 1_000)]);
	if (!found) return null;
	return (
		<span class="forecast" title={visibleText(found.meaning, 500)}>
			<Icon name="forecast" />
			{visibleText(found.text, 120)}
			<span class="read-out">. {visibleText(found.meaning, 500)}</span>
		</span>
	);
}
