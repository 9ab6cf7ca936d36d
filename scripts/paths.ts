import { resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname, '..');
/** Everything that scripts and tests install or leave behind; ignored by git and safe to delete. */
export const cacheFolder = resolve(projectRoot, '.cache');
export const screenshotFolder = resolve(cacheFolder, 'screenshots');
