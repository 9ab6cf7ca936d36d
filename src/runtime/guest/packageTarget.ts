import { isRecord, isString } from '../../protocol/guards.ts';
import { RUNTIME_PACKAGE } from '../../protocol/runtimeLink.ts';

export function isWithinPackage(specifier: unknown): boolean {
	return specifier === RUNTIME_PACKAGE || (isString(specifier) && specifier.startsWith(`${RUNTIME_PACKAGE}/`));
}

/** Whether resolution failed because there is no such package, and not because an installed one is broken. */
export function notFound(error: unknown): boolean {
	const code = (error as { code?: unknown } | null)?.code;
	return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}

/** What the manifest exports for the specifier, as a path inside the package. */
export function packageTarget(
	manifest: unknown,
	specifier: string,
	condition: 'import' | 'require',
): string | undefined {
	const subpath = `.${specifier.slice(RUNTIME_PACKAGE.length)}`;
	const exported = isRecord(manifest) && isRecord(manifest.exports) ? manifest.exports[subpath] : undefined;
	const target = isRecord(exported) ? (exported[condition] ?? exported.default) : exported;
	return isString(target) ? target : undefined;
}
