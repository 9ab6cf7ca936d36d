export const peers = {
	async mediabunny({ require }) {
		const { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } = require('mediabunny');
		return async file => {
			const input = new Input({ source: new FilePathSource(file), formats: ALL_FORMATS });
			const sink = new EncodedPacketSink(await input.getPrimaryVideoTrack());
			let items = 0;
			let check = 0;
			for await (const { byteLength } of sink.packets(undefined, undefined, { metadataOnly: true })) {
				items++;
				check += byteLength;
			}
			input.dispose();
			return { items, check };
		};
	},
};
