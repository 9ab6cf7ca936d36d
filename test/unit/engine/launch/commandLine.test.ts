import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeCommand, scriptIndex, shellQuote, splitCommandLine } from '../../../../src/engine/launch/commandLine.ts';

const doubleQuoted = (word: string): string => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

describe('splitCommandLine', () => {
	it('gives back any words that were quoted for a shell', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'grapheme' })), words => {
				assert.deepEqual(splitCommandLine(words.map(shellQuote).join(' ')), words);
			}),
		);
	});
	it('gives back any words in double quotes', () => {
		fc.assert(
			fc.property(fc.array(fc.string()), words => {
				assert.deepEqual(splitCommandLine(words.map(doubleQuoted).join(' \t ')), words);
			}),
		);
	});
	const cases: readonly (readonly [line: string, words: readonly string[]])[] = [
		['', []],
		['   ', []],
		[`a ''`, ['a', '']],
		[`a"b c"d`, ['ab cd']],
		[`a\\ b`, ['a b']],
		[`'it'\\''s'`, [`it's`]],
		['node C:\\scripts\\a.js', ['node', 'C:\\scripts\\a.js']],
		['"never closed', ['never closed']],
		['a $HOME *.js `x`', ['a', '$HOME', '*.js', '`x`']],
		['a\\', ['a\\']],
	];
	for (const [line, words] of cases) it(`splits ${line}`, () => assert.deepEqual(splitCommandLine(line), words));
});

describe('nodeCommand', () => {
	for (const line of ['node a.js', '/usr/bin/node a.js', 'nodejs a.js', '"C:\\Program Files\\node.exe" a.js'])
		it(`takes ${line}`, () => assert.equal(nodeCommand(line)[1], 'a.js'));
	for (const line of ['', 'python a.py', 'npx node a.js', 'nodemon a.js', 'node.sh a.js'])
		it(`refuses ${line === '' ? 'nothing' : line}`, () =>
			assert.throws(() => nodeCommand(line), { code: 'notANodeCommand' }));
});

describe('scriptIndex', () => {
	const cases: readonly (readonly [args: readonly string[], index: number])[] = [
		[['a.js'], 0],
		[['--require', './hook.js', 'a.js', '--x'], 2],
		[['-r', './hook.js', '--import=./b.mjs', 'a.js'], 3],
		[['--max-old-space-size=64', 'a.js'], 1],
		[['--', 'a.js'], 1],
		[['-e', 'code', 'word'], -1],
		[['-p', '1'], -1],
		[['--eval=1'], -1],
		[['--inspect'], -1],
		[[], -1],
	];
	for (const [args, index] of cases)
		it(`is ${index} in ${args.join(' ')}`, () => assert.equal(scriptIndex(args), index));
});
