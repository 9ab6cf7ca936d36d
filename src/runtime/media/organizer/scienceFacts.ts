import type { DateSource } from './mediaFacts.ts';

export interface ScienceFacts {
	width?: number;
	height?: number;
	taken?: string;
	dateFrom?: DateSource;
}

export async function scienceFacts(_path: string, _format: string): Promise<ScienceFacts> {
	return {};
}
