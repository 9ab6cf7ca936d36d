import type { JSX } from 'preact';
import { hasSource, placeText } from '../../src/analysis/places.ts';
import type { Frame, Site } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { usePanel } from '../context.ts';

/** A bar for a share (0 to 1); what it shows stands beside it as text. */
export function Bar({ share, full }: { share: number; full?: boolean }): JSX.Element {
	const percent = Math.min(100, Math.max(0, share * 100));
	return (
		<span class={full ? 'bar bar-full' : 'bar'} aria-hidden="true">
			<span style={{ width: `${percent}%` }} />
		</span>
	);
}

/** Opens the place in an editor. */
export function SiteLink({ site }: { site: Site | undefined }): JSX.Element {
	const { store, openSource } = usePanel();
	if (!site) return <span class="dim">unknown</span>;
	const text = placeText(site, store.model?.header.cwd ?? '');
	return (
		<button
			type="button"
			class="link place"
			title={`Open ${visibleText(site.file, 1_000)}:${site.line}`}
			onClick={() => openSource({ file: site.file, line: site.line, column: site.column })}
		>
			<bdi>{text}</bdi>
		</button>
	);
}

export function FramePlace({ frame }: { frame: Frame }): JSX.Element {
	const { store } = usePanel();
	if (hasSource(frame)) return <SiteLink site={frame} />;
	const text =
		placeText(frame, store.model?.header.cwd ?? '') || (frame.kind === 'native' ? 'native code' : 'no source');
	return (
		<span class="place dim" title={text}>
			<bdi>{text}</bdi>
		</span>
	);
}
