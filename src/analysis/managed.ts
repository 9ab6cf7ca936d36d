import type { RuntimeState } from './runtimeState.ts';

/**
 * Bytes that the runtime's containers hold by their own account: caches, work in flight of batches, tensor dictionaries, buffers
 * of readers. `undefined` where the script uses none of them.
 */
export function managedBytes({ caches, batches, tensorDicts, streams }: RuntimeState): number | undefined {
	let sum: number | undefined;
	for (const stores of [caches, tensorDicts])
		for (const { disposed, bytes } of stores.values()) if (!disposed) sum = (sum ?? 0) + bytes;
	for (const { disposed, inFlightBytes } of batches.values())
		if (!disposed && inFlightBytes !== undefined) sum = (sum ?? 0) + inFlightBytes;
	for (const { disposed, bufferBytes } of streams.values())
		if (!disposed && bufferBytes !== undefined) sum = (sum ?? 0) + bufferBytes;
	return sum;
}
