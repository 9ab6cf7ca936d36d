/** A number in a file, by the name of its type. */
export type BinaryNumber =
	| 'int8'
	| 'uint8'
	| 'int16'
	| 'uint16'
	| 'int32'
	| 'uint32'
	| 'int64'
	| 'uint64'
	| 'float32'
	| 'float64';

/** What a number's type gives when many are read at once. */
export interface BinaryArrays {
	int8: Int8Array;
	uint8: Uint8Array;
	int16: Int16Array;
	uint16: Uint16Array;
	int32: Int32Array;
	uint32: Uint32Array;
	int64: BigInt64Array;
	uint64: BigUint64Array;
	float32: Float32Array;
	float64: Float64Array;
}

/** `int64` and `uint64` are `bigint`. */
export type BinaryValue<Type extends BinaryNumber> = Type extends 'int64' | 'uint64' ? bigint : number;

/** A text of a fixed number of bytes; what fills it up (zeros, then spaces) is not part of it. */
export interface TextField {
	readonly type: 'text';
	readonly bytes: number;
	/** `'utf8'` without it. */
	readonly encoding?: 'utf8' | 'latin1' | 'utf16le';
}

/** Bytes as they are, as a copy. */
export interface BytesField {
	readonly type: 'bytes';
	readonly bytes: number;
}

/** Bytes that are passed over. */
export interface SkipField {
	readonly type: 'skip';
	readonly bytes: number;
}

/** Several numbers of one type. */
export interface ArrayField<Type extends BinaryNumber = BinaryNumber> {
	readonly type: Type;
	readonly count: number;
}

export type BinaryField = BinaryNumber | ArrayField | TextField | BytesField | SkipField;

/** Fields of a record by their names, in the order of the file, one right behind the other. */
export type BinaryFields = Readonly<Record<string, BinaryField>>;

type FieldValue<Field> = Field extends BinaryNumber
	? BinaryValue<Field>
	: Field extends TextField
		? string
		: Field extends BytesField
			? Uint8Array
			: Field extends ArrayField<infer Type>
				? BinaryValue<Type>[]
				: never;

/** The object that a record becomes; fields that are passed over are not in it. */
export type BinaryRecord<Fields extends BinaryFields> = {
	-readonly [Name in keyof Fields as Fields[Name] extends SkipField ? never : Name]: FieldValue<Fields[Name]>;
};
