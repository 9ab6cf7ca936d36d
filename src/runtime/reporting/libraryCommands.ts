import type { RuntimeCommand } from '../../protocol/runtimeLink.ts';
import type { CommandHandler } from '../reporter.ts';

/** What the library of this bundle can carry out beyond the hub; empty in the preload, which does not hold the library. */
const handlers = new Map<RuntimeCommand['kind'], CommandHandler>();

export function addLibraryCommand(kind: RuntimeCommand['kind'], handler: CommandHandler): void {
	handlers.set(kind, handler);
}

export function libraryCommand(kind: RuntimeCommand['kind']): CommandHandler | undefined {
	return handlers.get(kind);
}
