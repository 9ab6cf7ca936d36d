// Prints the peak of its resident set, bytes: after reading a file (`--read`), or after loading the same code only (`--idle`).
import { FileReader } from '../../../src/runtime/files/fileReader.ts';

const [mode, path = ''] = process.argv.slice(2);
let bytes = 0;
if (mode === '--read') for await (const chunk of new FileReader(path).chunks()) bytes += chunk.length;
if (mode === '--read' && bytes === 0) throw new Error(`${path} is empty`);
console.log(process.resourceUsage().maxRSS * 1024);
