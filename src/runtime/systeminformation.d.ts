/** One file of the package: its index would bring all others into the bundle. */
declare module 'systeminformation/lib/graphics.js' {
	import type { Systeminformation } from 'systeminformation';

	/** `null` where the platform is not known. */
	export function graphics(): Promise<Systeminformation.GraphicsData | null>;
}
