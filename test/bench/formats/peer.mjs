// `node peer.mjs FORMAT LIBRARY FILE FOLDER`: reads the file with another library, as its documentation says, for the same figure as ours. FOLDER holds
// the libraries.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measured } from './measured.mjs';

const [format, library, file, folder] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const load = name => import(pathToFileURL(require.resolve(name)).href);

const { peers } = await import(new URL(`peers/${format}.mjs`, import.meta.url).href);
const read = await peers[library]({ load, require });
await measured(() => read(file));
