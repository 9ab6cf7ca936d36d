// Prints the peak of its resident set, bytes: after reading a file (`--read`), or after loading the same code only (`--idle`).
import { readFileSync } from 'node:fs';
import { FileReader } from '../../../src/runtime/files/fileReader.ts';

const [mode, path = ''] = process.argv.slice(2);
let bytes = 0;
if (mode === '--read') for await (const chunk of new FileReader(path).chunks()) bytes += chunk.length;
if (mode === '--read' && bytes === 0) throw new Error(`${path} is empty`);
console.log(peakBytes());

/** On Linux `maxRSS` begins with the figure of the process that started this one, which would hide what is read here. */
function peakBytes(): number {
	if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}
