import { openAsBlob } from 'node:fs';

const sum = values => {
	let all = 0;
	for (let i = 0; i < values.length; i++) all += values[i];
	return all;
};

export const peers = {
	async 'fitsjs-ng'({ load }) {
		const { FITS, BinaryTable, Image } = await load('fitsjs-ng');
		return async file => {
			const fits = await FITS.fromBlob(await openAsBlob(file));
			let items = 0;
			let check = 0;
			for (const { data } of fits.hdus) {
				if (data instanceof Image) {
					for (let frame = 0; frame < data.depth; frame++) {
						const pixels = await data.getFrame(frame);
						items += pixels.length;
						check += sum(pixels);
					}
				} else if (data instanceof BinaryTable) {
					items += data.rows;
					for (const name of ['TIME', 'FLUX']) check += sum(await data.getColumn(name));
				}
			}
			return { items, check };
		};
	},
};
