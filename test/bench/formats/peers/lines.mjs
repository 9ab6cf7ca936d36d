import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export const peers = {
	'node:readline': async () => async file => {
		let items = 0;
		let check = 0;
		for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
			items++;
			check += line.length;
		}
		return { items, check };
	},
};
