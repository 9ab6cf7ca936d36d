import { jsfive } from './jsfive.mjs';

export const peers = {
	jsfive: given =>
		jsfive(given, root => {
			const { value } = root.get('cube');
			return { items: value.length, check: value.reduce((sum, each) => sum + each, 0) };
		}),
};
