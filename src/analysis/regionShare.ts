import type { SpanEntry } from '../protocol/entries.ts';
import { indexAt } from './timeWindow.ts';

/** What part of the bytes born between two times counts for a region, 0 to 1. */
export type ShareOfTime = (from: number, to: number) => number;

interface Step {
	t: number;
	/** Integral of the share up to `t`. */
	sum: number;
	/** From `t` on. */
	share: number;
}

/**
 * V8 tells when heap bytes were born, not in which call: they are taken to be born evenly between two readings. An instant belongs to the
 * innermost open calls, in equal parts where several run side by side, and with them to the calls around them; an instant without an open
 * call belongs to no region.
 */
export function regionShare(spans: ReadonlyMap<number, SpanEntry>, region: number): ShareOfTime {
	const steps = stepsOf(spans, region);
	const times = steps.map(({ t }) => t);
	const sumAt = (t: number): number => {
		const step = steps[indexAt(times, t)];
		return step ? step.sum + step.share * (t - step.t) : 0;
	};
	return (from, to) => (to > from ? (sumAt(to) - sumAt(from)) / (to - from) : 0);
}

function stepsOf(spans: ReadonlyMap<number, SpanEntry>, region: number): Step[] {
	const events: { t: number; span: SpanEntry; opens: boolean }[] = [];
	for (const span of spans.values()) {
		events.push({ t: span.t, span, opens: true });
		if (span.end !== undefined) events.push({ t: Math.max(span.end, span.t), span, opens: false });
	}
	// At one instant what ends comes before what begins, unless it began in it.
	events.sort((a, b) => a.t - b.t || Number(a.opens) - Number(b.opens) || a.span.span - b.span.span);
	const inside = membership(spans, region);
	const openInside = new Map<number, number>();
	const open = new Set<number>();
	const ended = new Set<number>();
	let innermost = 0;
	let innermostOfRegion = 0;
	const count = (span: SpanEntry, change: 1 | -1) => {
		innermost += change;
		if (inside(span)) innermostOfRegion += change;
	};
	const steps: Step[] = [];
	for (const { t, span, opens } of events) {
		// A call without length: its end was sorted before its begin.
		if (opens ? ended.has(span.span) : !open.has(span.span)) {
			ended.add(span.span);
			continue;
		}
		const parent = span.parent === undefined ? undefined : spans.get(span.parent);
		const children = (of: SpanEntry): number => openInside.get(of.span) ?? 0;
		if (opens) {
			open.add(span.span);
			if (children(span) === 0) count(span, 1);
			if (parent) {
				if (open.has(parent.span) && children(parent) === 0) count(parent, -1);
				openInside.set(parent.span, children(parent) + 1);
			}
		} else {
			open.delete(span.span);
			if (children(span) === 0) count(span, -1);
			if (parent) {
				openInside.set(parent.span, children(parent) - 1);
				if (open.has(parent.span) && children(parent) === 0) count(parent, 1);
			}
		}
		const last = steps.at(-1);
		const sum = last ? last.sum + last.share * (t - last.t) : 0;
		const share = innermost > 0 ? innermostOfRegion / innermost : 0;
		if (last?.t === t) last.share = share;
		else steps.push({ t, sum, share });
	}
	return steps;
}

/** Whether a call is one of the region, or was made by one. */
function membership(spans: ReadonlyMap<number, SpanEntry>, region: number): (span: SpanEntry) => boolean {
	const known = new Map<number, boolean>();
	return span => {
		const chain: number[] = [];
		let found = false;
		// A recording may hold anything, also calls that are their own callers.
		for (let at: SpanEntry | undefined = span; at && !chain.includes(at.span); ) {
			const before = known.get(at.span);
			chain.push(at.span);
			found = before ?? at.region === region;
			if (before !== undefined || found) break;
			at = at.parent === undefined ? undefined : spans.get(at.parent);
		}
		for (const id of chain) known.set(id, found);
		return found;
	};
}
