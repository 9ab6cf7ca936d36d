import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readSettings } from '../../../src/extension/settings.ts';

function read(values: Record<string, unknown>) {
	const sentences: string[] = [];
	const settings = readSettings(
		key => values[key],
		sentence => sentences.push(sentence),
	);
	return { settings, sentences };
}

describe('readSettings', () => {
	it('takes what fits', () => {
		const { settings, sentences } = read({
			nodePath: ' /opt/node ',
			args: ['--rows', '10'],
			env: { A: '1', B: null },
			samplesPerSecond: 0.5,
			samplingInterval: 32768,
			allocations: false,
			keepRecordings: 3,
		});
		assert.deepEqual(sentences, []);
		assert.equal(settings.nodePath, '/opt/node');
		assert.deepEqual(settings.args, ['--rows', '10']);
		assert.deepEqual(settings.env, { A: '1', B: null });
		assert.equal(settings.samplesPerSecond, 0.5);
		assert.equal(settings.samplingIntervalBytes, 32768);
		assert.equal(settings.allocations, false);
		assert.equal(settings.keepRecordings, 3);
	});

	it('says which setting does not fit, and goes on with the default', () => {
		const { settings, sentences } = read({ samplesPerSecond: 'fast', env: { A: 1 }, keepRecordings: 0 });
		assert.equal(settings.samplesPerSecond, 20);
		assert.deepEqual(settings.env, {});
		assert.equal(settings.keepRecordings, 50);
		assert.equal(sentences.length, 3);
		assert.ok(
			sentences.includes(
				'The setting memoryManager.samplesPerSecond must be a number from 0.1 to 100; 20 is used instead of "fast".',
			),
		);
	});

	it('reads empty paths as absent', () => {
		const { settings } = read({ nodePath: '', cwd: '  ', recordingsFolder: '' });
		assert.deepEqual([settings.nodePath, settings.cwd, settings.recordingsFolder], [undefined, undefined, undefined]);
	});

	it('never throws and never gives a figure out of its bounds', () => {
		fc.assert(
			fc.property(fc.anything(), value => {
				const { settings } = read({ samplesPerSecond: value, samplingInterval: value, args: value, env: value });
				assert.ok(settings.samplesPerSecond >= 0.1 && settings.samplesPerSecond <= 100);
				assert.ok(Number.isInteger(settings.samplingIntervalBytes) && settings.samplingIntervalBytes >= 1024);
				assert.ok(Array.isArray(settings.args));
			}),
		);
	});
});
