import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { usePanel } from '../context.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';

export interface ClearButtonProps {
	kind: 'cache' | 'pool';
	id: number;
	name: string;
	disposed: boolean;
}

/** Asks the script to clear it; when that fails the reason stands beside the button. */
export function ClearButton({ kind, id, name, disposed }: ClearButtonProps): JSX.Element {
	const { store, clearCache, clearPool } = usePanel();
	const busy = useSignal(false);
	const failure = useSignal('');
	const can = store.info.value?.controllable === true && !disposed;
	const press = async () => {
		// Not disabled while it works: that would take the keyboard's focus away.
		if (busy.value) return;
		busy.value = true;
		failure.value = '';
		try {
			await (kind === 'cache' ? clearCache(id) : clearPool(id));
		} catch (error) {
			failure.value = error instanceof Error ? error.message : String(error);
		} finally {
			busy.value = false;
		}
	};
	return (
		<span class="clear">
			<span class="clear-failure" role="status" title={failure.value}>
				{failure.value}
			</span>
			<IconButton label={`Clear ${kind} ${name}`} disabled={!can} onPress={() => void press()}>
				<Icon name="clear" />
			</IconButton>
		</span>
	);
}
