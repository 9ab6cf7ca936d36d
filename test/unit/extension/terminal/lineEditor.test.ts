import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineEditor } from '../../../../src/extension/terminal/lineEditor.ts';

function createEditor() {
	const log = { echoed: '', sent: [] as string[], interrupts: 0, ends: 0 };
	const editor = new LineEditor({
		echo: text => {
			log.echoed += text;
		},
		send: text => log.sent.push(text),
		interrupt: () => log.interrupts++,
		endInput: () => log.ends++,
	});
	return { editor, log };
}

describe('LineEditor', () => {
	it('shows what is typed and sends whole lines', () => {
		const { editor, log } = createEditor();
		for (const key of ['h', 'i', '\r']) editor.input(key);
		assert.deepEqual(log.sent, ['hi\n']);
		assert.equal(log.echoed, 'hi\n');
	});

	it('takes a pasted text with any line ends', () => {
		const { editor, log } = createEditor();
		editor.input('a\rb\r\nc\nd');
		assert.deepEqual(log.sent, ['a\n', 'b\n', 'c\n']);
	});

	it('erases whole characters and the cells they take', () => {
		const { editor, log } = createEditor();
		editor.input('a日😀\u007f\u007f\r');
		assert.deepEqual(log.sent, ['a\n']);
		assert.equal(log.echoed, `a日😀${'\b \b'.repeat(4)}\n`);
	});

	it('erases nothing before the start of the line', () => {
		const { editor, log } = createEditor();
		editor.input('\u007f\u0015\u0017x\r');
		assert.deepEqual(log.sent, ['x\n']);
		assert.equal(log.echoed, 'x\n');
	});

	it('erases a word and a line', () => {
		const { editor, log } = createEditor();
		editor.input('one two  \u0017\r');
		editor.input('gone\u0015here\r');
		assert.deepEqual(log.sent, ['one \n', 'here\n']);
	});

	it('interrupts at Ctrl-C and forgets the line', () => {
		const { editor, log } = createEditor();
		editor.input('abc\u0003\r');
		assert.equal(log.interrupts, 1);
		assert.deepEqual(log.sent, ['\n']);
	});

	it('ends the input at Ctrl-D on an empty line, else sends the line as it is', () => {
		const { editor, log } = createEditor();
		editor.input('ab\u0004');
		assert.deepEqual([log.sent, log.ends], [['ab'], 0]);
		editor.input('\u0004');
		assert.equal(log.ends, 1);
	});

	it('ignores cursor and function keys', () => {
		const { editor, log } = createEditor();
		editor.input('a\u001b[D\u001bOP\u001b[1;5Cb\r');
		assert.deepEqual(log.sent, ['ab\n']);
	});

	it('sends a line without an end in pieces', () => {
		const { editor, log } = createEditor();
		editor.input('x'.repeat(200_000));
		assert.ok(log.sent.length >= 3);
		assert.equal(log.sent.join('').length, 65_536 * log.sent.length);
	});

	it('loses and adds no printable character, however the input is cut', () => {
		const printable = fc.string({ unit: 'grapheme' }).map(text => text.replace(/\p{Cc}/gu, ''));
		fc.assert(
			fc.property(fc.array(printable), parts => {
				const { editor, log } = createEditor();
				for (const part of parts) editor.input(part);
				editor.input('\r');
				assert.equal(log.sent.join(''), `${parts.join('')}\n`);
			}),
		);
	});
});
