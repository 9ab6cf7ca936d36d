import { type AllocationFrame, frameOf } from './places.ts';
import type { ProfileNode, SamplingProfile } from './sampler.ts';

/** What is live of what one function allocated. */
export interface AllocationSite extends AllocationFrame {
	/** Estimated by V8's sampling. */
	bytes: number;
	/** Sampled objects on which `bytes` rests: below ten or so it is hardly more than a hint. */
	samples: number;
	/** Of the sampled live bytes of all functions, 0 to 1. */
	share: number;
	/** The stack through which most of it was allocated, innermost first. */
	frames: AllocationFrame[];
}

export interface SiteSamples {
	readonly key: string;
	readonly frame: AllocationFrame;
	readonly stack: AllocationFrame[];
	/** By ordinal: bytes that the sample stands for. */
	readonly samples: Map<number, number>;
	bytes: number;
}

interface Place {
	readonly key: string;
	/** Innermost first, without what is built into V8 and what is ours. */
	readonly stack: AllocationFrame[];
}

/**
 * Live samples by the function that allocated them. What V8's built-in functions and this library allocate goes to the function
 * that called them; with `skipNode`, Node's own modules as well. What only this library stands behind is left out.
 */
export function samplesBySite(profile: SamplingProfile, skipNode: boolean): SiteSamples[] {
	const places = placesOf(profile.head, skipNode);
	const sites = new Map<string, SiteSamples & { byNode: Map<Place, number> }>();
	for (const { nodeId, size, ordinal } of profile.samples) {
		const place = places.get(nodeId);
		const [frame] = place?.stack ?? [];
		if (!place || !frame) continue;
		let site = sites.get(place.key);
		if (!site) {
			site = {
				key: place.key,
				frame,
				stack: place.stack,
				samples: new Map(),
				bytes: 0,
				byNode: new Map(),
			};
			sites.set(place.key, site);
		}
		site.samples.set(ordinal, size);
		site.bytes += size;
		site.byNode.set(place, (site.byNode.get(place) ?? 0) + size);
	}
	return [...sites.values()]
		.map(({ byNode, ...site }) => ({ ...site, stack: heaviest(byNode) ?? site.stack }))
		.sort((a, b) => b.bytes - a.bytes);
}

function heaviest(byNode: ReadonlyMap<Place, number>): AllocationFrame[] | undefined {
	let most: [Place, number] | undefined;
	for (const entry of byNode) if (!most || entry[1] > most[1]) most = entry;
	return most?.[0].stack;
}

function placesOf(head: ProfileNode, skipNode: boolean): Map<number, Place> {
	const places = new Map<number, Place>();
	// A list of its own: recursion in the program makes trees deeper than our stack.
	const open: { node: ProfileNode; outer: AllocationFrame[] }[] = [{ node: head, outer: [] }];
	for (let next = open.pop(); next; next = open.pop()) {
		const { node, outer } = next;
		const frame = frameOf(node.callFrame);
		const passedOver = frame.kind === 'profiler' || frame.kind === 'native' || (skipNode && frame.kind === 'node');
		const stack = passedOver ? outer : [frame, ...outer];
		places.set(node.id, { key: keyOf(stack[0]), stack });
		for (const child of node.children) open.push({ node: child, outer: stack });
	}
	return places;
}

const keyOf = (frame: AllocationFrame | undefined): string =>
	frame ? `${frame.file}:${frame.line}:${frame.column}:${frame.functionName}` : '';

/** The sites as callers see them, largest first. */
export function allocationSites(profile: SamplingProfile, depth: number): AllocationSite[] {
	const sites = samplesBySite(profile, false);
	const total = sites.reduce((sum, { bytes }) => sum + bytes, 0);
	return sites.map(({ frame, stack, samples, bytes }) => ({
		...frame,
		bytes,
		samples: samples.size,
		share: total > 0 ? bytes / total : 0,
		frames: stack.slice(0, depth),
	}));
}
