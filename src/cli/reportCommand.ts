import { reportOf } from '../analysis/report.ts';
import { readRecording } from '../engine/recordingFile.ts';
import { formatCount } from '../protocol/units.ts';
import { reportText } from './text.ts';

/** The report of a recording as text or JSON; what could not be read is said on stderr. Rejects with a UserError. */
export async function reportRecording(path: string, json: boolean): Promise<string> {
	const { model, damagedLines, unknownEntries, cutLastLine } = await readRecording(path);
	const remarks = [
		damagedLines > 0 && `${formatCount(damagedLines)} damaged lines were skipped.`,
		unknownEntries > 0 &&
			`${formatCount(unknownEntries)} entries of a kind that this version does not know were skipped.`,
		cutLastLine && 'The last line is cut: whatever wrote the recording was interrupted.',
	].filter(remark => remark !== false);
	for (const remark of remarks) process.stderr.write(`${remark}\n`);
	const report = reportOf(model);
	return json ? `${JSON.stringify(report, undefined, '\t')}\n` : reportText(report);
}
