import type { ComponentChildren, JSX } from 'preact';

export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
	return (
		<div class="empty">
			<h2>{title}</h2>
			{children}
		</div>
	);
}
