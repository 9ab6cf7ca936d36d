import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';

/** Lines of a program to take over, with a button that copies them. */
export function Snippet({ text }: { text: string }): JSX.Element {
	const code = useRef<HTMLPreElement>(null);
	const outcome = useSignal<'' | 'Copied.' | 'Selected: copy it with the keyboard.'>('');
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(text);
			outcome.value = 'Copied.';
		} catch {
			// The page may not write to the clipboard: then the keyboard does.
			if (code.current) getSelection()?.selectAllChildren(code.current);
			outcome.value = 'Selected: copy it with the keyboard.';
		}
	};
	return (
		<div class="snippet">
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where it is wider than the page. */}
			<pre ref={code} tabIndex={0}>
				{text}
			</pre>
			<IconButton label="Copy" onPress={() => void copy()}>
				<Icon name={outcome.value === 'Copied.' ? 'done' : 'copy'} />
			</IconButton>
			<span class="snippet-outcome" role="status">
				{outcome.value}
			</span>
		</div>
	);
}
