import { type ProfileName, type Recommendations, recommend } from '../analysis/recommendations.ts';
import { reportOf } from '../analysis/report.ts';
import { type Machine, machineFacts } from '../engine/machine.ts';
import { readRecording } from '../engine/recordingFile.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount } from '../protocol/units.ts';

export const PROFILES: readonly ProfileName[] = ['default', 'constrained', 'largeCollection'];
const TEXT_LENGTH = 400;

/** What to set on this machine, and what to change in the script of a recording. Rejects with a UserError. */
export async function optimize(recording: string | undefined, profile?: ProfileName, json = false): Promise<string> {
	const machine = await machineFacts();
	const report = recording === undefined ? undefined : reportOf((await readRecording(recording)).model);
	const result = recommend(machine, report, profile);
	return json
		? `${JSON.stringify({ machine, ...result }, undefined, '\t')}\n`
		: optimizeText(machine, result, report !== undefined);
}

function optimizeText(machine: Machine, result: Recommendations, hasRun: boolean): string {
	const { totalBytes, availableBytes, containerLimitBytes, cpus } = machine;
	const container = containerLimitBytes === undefined ? '' : `, limited to ${formatBytes(containerLimitBytes)} here`;
	const lines = [
		`Machine  ${formatBytes(totalBytes)}, ${formatBytes(availableBytes)} available${container}; ${formatCount(cpus)} processors`,
		`Profile  ${result.profile}: ${result.reason}`,
		'',
		'Start the script with',
		...Object.entries(result.environment).map(([name, value]) => `  ${name}=${value}`),
		...result.nodeArgs.map(arg => `  node ${arg}`),
	];
	if (!hasRun) {
		lines.push('', 'For advice on a script, record it ("memory-manager run script.mjs") and name the recording here.');
	} else if (result.recommendations.length === 0) {
		lines.push('', 'Nothing in the recording asks for a change.');
	}
	for (const { severity, title, why, change } of result.recommendations) {
		lines.push('', `${severity}: ${visibleText(title, TEXT_LENGTH)}`);
		lines.push(`  ${visibleText(why, TEXT_LENGTH)}`, `  → ${visibleText(change, TEXT_LENGTH)}`);
	}
	return `${lines.join('\n')}\n`;
}
