import { sep } from 'node:path';
import type { FrameKind } from '../../protocol/entries.ts';

/** Whose code a frame is. `file` is a path or a `node:` name; `runtimeDir` is where the injected runtime lies. */
export function frameKind(file: string, runtimeDir: string | undefined): FrameKind {
	if (file === '' || file.startsWith('wasm:')) return 'native';
	if (file.startsWith('memory-manager:') || (runtimeDir !== undefined && file.startsWith(runtimeDir + sep)))
		return 'profiler';
	if (/[\\/]node_modules[\\/]memory-manager-runtime[\\/]/.test(file)) return 'profiler';
	if (file.startsWith('node:') || file.startsWith('internal/') || file === 'evalmachine.<anonymous>') return 'node';
	return /[\\/]node_modules[\\/]/.test(file) ? 'dependency' : 'user';
}
