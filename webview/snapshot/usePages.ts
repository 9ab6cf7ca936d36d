import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Page, Range } from '../../src/protocol/snapshotView.ts';
import { useSnapshot } from './context.ts';

export interface Pages<T> {
	/** What has come so far; undefined before the first answer. */
	readonly page: Signal<Page<T> | undefined>;
	more(): void;
}

/** A list that is asked for in pages; anew when `key` changes. The old list stays until the new one is there. */
export function usePages<T>(key: string, pageSize: number, ask: (range: Range) => Promise<Page<T>>): Pages<T> {
	const { failure } = useSnapshot();
	const page = useSignal<Page<T> | undefined>(undefined);
	const load = async (from: number, isCurrent: () => boolean) => {
		try {
			const next = await ask({ from, count: pageSize });
			if (!isCurrent()) return;
			const kept = from === 0 ? [] : (page.value?.rows ?? []);
			page.value = { rows: [...kept, ...next.rows], total: next.total };
		} catch (error) {
			if (isCurrent()) failure.value = error instanceof Error ? error.message : String(error);
		}
	};
	useEffect(() => {
		let current = true;
		void load(0, () => current);
		return () => {
			current = false;
		};
	}, [key]);
	return {
		page,
		more: () => {
			const before = page.value;
			if (before) void load(before.rows.length, () => page.value === before);
		},
	};
}
