import { formatBytes } from '../../protocol/units.ts';
import { sharedGcOptimizer } from '../collection/gcOptimizer.ts';
import { type CommandHandler, presentHub } from '../reporter.ts';
import { addLibraryCommand } from '../reporting/libraryCommands.ts';
import { beginComprehensiveCleanup } from './comprehensiveCleanup.ts';

/**
 * What a person can ask for in the editor once the library is loaded. Told to a profiler's hub where there is one; a hub that this
 * library makes later asks for them itself.
 */
export function installCommandHandlers(): void {
	addLibraryCommand('comprehensiveCleanup', comprehensiveCleanup);
	addLibraryCommand('setGcStrategy', setGcStrategy);
	const hub = presentHub();
	hub?.handle('comprehensiveCleanup', comprehensiveCleanup);
	hub?.handle('setGcStrategy', setGcStrategy);
}

/** Answers at once: asynchronous cleanups are begun and counted. */
const comprehensiveCleanup: CommandHandler = () => {
	const { owners, freedBytes: declared, failed, pending } = beginComprehensiveCleanup();
	const collection = owners.find(owner => owner.target === 'collection');
	const count = owners.length - (collection ? 1 : 0);
	const parts = [
		count === 0 ? 'Nothing was held' : `${count} ${count === 1 ? 'owner' : 'owners'} cleaned`,
		...(declared === undefined ? [] : [`${formatBytes(declared)} let go by their account`]),
		...(collection?.freedBytes === undefined ? [] : [`${formatBytes(collection.freedBytes)} freed`]),
		...(failed > 0 ? [`${failed} failed`] : []),
		...(pending > 0 ? [`${pending} still under way`] : []),
	];
	const freedBytes = collection?.freedBytes ?? declared;
	return { ...(freedBytes !== undefined && { freedBytes }), message: `${parts.join(', ')}.` };
};

const setGcStrategy: CommandHandler = command => {
	if (command.kind !== 'setGcStrategy') return { message: 'That is no strategy.' };
	const gc = sharedGcOptimizer();
	if (command.strategy === 'default') {
		gc.reset();
		return { message: 'V8 collects as it was started.' };
	}
	const { levers } = gc.use(command.strategy);
	const missing = levers.filter(lever => !lever.inForce).map(lever => `${lever.setting} ${lever.detail}`);
	const rest = missing.length > 0 ? ` Not in force: ${missing.join('; ')}.` : '';
	return { message: `The script collects by "${command.strategy}" now.${rest}` };
};
