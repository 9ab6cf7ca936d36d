import { installFfmpeg } from '../../scripts/ffmpeg.ts';
import { allNodes, nodeBinary } from '../../scripts/nodes.ts';

/** Before the first test, so that no test's time limit pays for a download. */
export async function mochaGlobalSetup(): Promise<void> {
	for (const major of allNodes) await nodeBinary(major);
	await installFfmpeg();
}
