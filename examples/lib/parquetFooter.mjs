// The metadata at the end of a Parquet file, as far as sizes and row counts go: Thrift's compact protocol.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

const MAGIC = 'PAR1';

/** @param {Buffer} bytes A whole Parquet file. */
export function parquetFooter(bytes) {
	const end = bytes.length - 8;
	if (end < 4 || bytes.toString('latin1', end + 4) !== MAGIC) throw new Error('Not a Parquet file');
	const reader = { bytes, at: end - bytes.readUInt32LE(end) };
	const file = readStruct(reader);
	// FileMetaData: 3 rows, 4 row groups; RowGroup: 1 columns; ColumnMetaData (3 of a column): 3 path, 6 raw, 7 compressed.
	const columns = new Map();
	for (const group of file[4]) {
		for (const { 3: meta } of group[1]) {
			const name = meta[3].join('.');
			const column = columns.get(name) ?? { name, rawBytes: 0, storedBytes: 0 };
			column.rawBytes += Number(meta[6]);
			column.storedBytes += Number(meta[7]);
			columns.set(name, column);
		}
	}
	return { rows: Number(file[3]), rowGroups: file[4].length, columns: [...columns.values()] };
}

function readStruct(reader) {
	const fields = {};
	let id = 0;
	for (;;) {
		const head = reader.bytes[reader.at++];
		if (head === 0) return fields;
		const step = head >> 4;
		id = step === 0 ? Number(zigzag(reader)) : id + step;
		fields[id] = readValue(reader, head & 15);
	}
}

function readValue(reader, type) {
	switch (type) {
		case 1:
		case 2:
			return type === 1;
		case 3:
			return reader.bytes.readInt8(reader.at++);
		case 4:
		case 5:
		case 6:
			return zigzag(reader);
		case 7:
			reader.at += 8;
			return reader.bytes.readDoubleLE(reader.at - 8);
		case 8: {
			const length = Number(varint(reader));
			reader.at += length;
			return reader.bytes.toString('utf8', reader.at - length, reader.at);
		}
		case 9:
		case 10: {
			const head = reader.bytes[reader.at++];
			const size = head >> 4 === 15 ? Number(varint(reader)) : head >> 4;
			return Array.from({ length: size }, () => readElement(reader, head & 15));
		}
		case 12:
			return readStruct(reader);
		default:
			throw new Error(`Thrift type ${type} is not expected in a Parquet footer`);
	}
}

/** Inside a list a boolean has a byte of its own. */
function readElement(reader, type) {
	return type === 1 || type === 2 ? reader.bytes[reader.at++] === 1 : readValue(reader, type);
}

function varint(reader) {
	let value = 0n;
	for (let shift = 0n; ; shift += 7n) {
		const byte = reader.bytes[reader.at++];
		value |= BigInt(byte & 127) << shift;
		if (byte < 128) return value;
	}
}

function zigzag(reader) {
	const value = varint(reader);
	return (value >> 1n) ^ -(value & 1n);
}
