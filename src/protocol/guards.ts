/** Small checkers for everything that comes from outside: recordings, protocol messages, the panel. */

type Shape = Record<string, (value: unknown) => boolean>;

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
/** A finite number: JSON cannot carry others, and no figure of ours is one. */
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isCount = (value: unknown): value is number => isNumber(value) && value >= 0;
export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const optional =
	(check: (value: unknown) => boolean) =>
	(value: unknown): boolean =>
		value === undefined || check(value);

export const oneOf =
	(...allowed: readonly string[]) =>
	(value: unknown): boolean =>
		isString(value) && allowed.includes(value);

export const arrayOf =
	(check: (value: unknown) => boolean) =>
	(value: unknown): boolean =>
		Array.isArray(value) && value.every(check);

export const tuple =
	(...checks: ((value: unknown) => boolean)[]) =>
	(value: unknown): boolean =>
		Array.isArray(value) && value.length === checks.length && checks.every((check, i) => check(value[i]));

/** Every named field passes its check; other fields are let through for newer minor versions. */
export const shape =
	(fields: Shape) =>
	(value: unknown): boolean =>
		isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));
