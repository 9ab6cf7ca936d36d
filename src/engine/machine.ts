import { availableParallelism } from 'node:os';
import { mem } from 'systeminformation';
import { type ContainerFacts, containerFacts } from './containerFacts.ts';

export interface Machine extends ContainerFacts {
	totalBytes: number;
	/** What programs can have without swapping. */
	availableBytes: number;
	cpus: number;
}

/** This machine, as far as the process `pid` may use it. */
export async function machineFacts(pid: number | 'self' = 'self'): Promise<Machine> {
	const { total, available } = await mem();
	return {
		totalBytes: total,
		availableBytes: available,
		cpus: availableParallelism(),
		...containerFacts(pid, total),
	};
}
