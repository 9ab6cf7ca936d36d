import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { NoticeEntry } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { firstNotices } from './firstNotices.ts';

export function Notices(): JSX.Element | null {
	const { store, failures } = usePanel();
	store.revision.value;
	const dismissed = useSignal<ReadonlySet<string>>(new Set());
	const all = useSignal(false);
	const id = store.info.value?.id;
	const notices = (store.liveModel?.notices ?? [])
		.map((notice, i) => ({ notice, key: `${id} ${i}` }))
		.filter(({ key }) => !dismissed.value.has(key))
		.reverse();
	const shown = all.value ? notices : firstNotices(notices);
	if (shown.length === 0 && failures.value.length === 0) return null;
	const dismiss = (keys: string[]) => {
		dismissed.value = new Set([...dismissed.value, ...keys]);
	};
	return (
		<ul class="notices" aria-label="Notices">
			{failures.value.map(text => (
				<Line
					key={text}
					severity="error"
					text={text}
					onDismiss={() => {
						failures.value = failures.value.filter(other => other !== text);
					}}
				/>
			))}
			{shown.map(({ notice, key }) => (
				<Line
					key={key}
					severity={notice.severity}
					text={visibleText(notice.message, 400)}
					time={formatMs(notice.t)}
					onDismiss={() => dismiss([key])}
				/>
			))}
			{(all.value || shown.length < notices.length) && notices.length > 1 && (
				<li class="notice-more">
					<button
						type="button"
						class="link"
						onClick={() => {
							all.value = !all.value;
						}}
					>
						{all.value ? 'Show fewer' : `${notices.length - shown.length} more`}
					</button>
					<button type="button" class="link" onClick={() => dismiss(notices.map(({ key }) => key))}>
						Dismiss all
					</button>
				</li>
			)}
		</ul>
	);
}

interface LineProps {
	severity: NoticeEntry['severity'];
	text: string;
	time?: string;
	onDismiss(): void;
}

function Line({ severity, text, time, onDismiss }: LineProps): JSX.Element {
	return (
		<li class={`notice notice-${severity}`}>
			<Icon name={severity} />
			<span class="read-out">{severity}: </span>
			<span class="notice-text">{text}</span>
			{time && <span class="notice-time">{time}</span>}
			<IconButton label="Dismiss" onPress={onDismiss}>
				<Icon name="close" />
			</IconButton>
		</li>
	);
}
