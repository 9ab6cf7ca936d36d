import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, contextKeys, SETTINGS_SECTION, settingKeys, views } from '../../../src/extension/ids.ts';
import { readSettings } from '../../../src/extension/settings.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { contributes } = manifest;

describe('ids', () => {
	it('are the commands of package.json', () => {
		const declared = contributes.commands.map(({ command }: { command: string }) => command);
		assert.deepEqual(declared.sort(), Object.values(commands).sort());
	});

	it('gives every command a title, an icon and the category', () => {
		for (const { title, icon, category } of contributes.commands) {
			assert.ok(title.length > 0);
			assert.match(icon, /^\$\([a-z-]+\)$/);
			assert.equal(category, 'Memory Manager');
		}
	});

	it('names commands in menus that exist', () => {
		const known: string[] = Object.values(commands);
		for (const entries of Object.values<{ command: string }[]>(contributes.menus)) {
			for (const { command } of entries) assert.ok(known.includes(command), command);
		}
	});

	it('are the settings of package.json', () => {
		const declared = Object.keys(contributes.configuration.properties);
		assert.deepEqual(
			declared.sort(),
			Object.values(settingKeys)
				.map(key => `${SETTINGS_SECTION}.${key}`)
				.sort(),
		);
	});

	it('has the same defaults in package.json and in the code', () => {
		const properties: Record<string, { default: unknown }> = contributes.configuration.properties;
		const withNothing = readSettings(() => undefined, assert.fail);
		const withDefaults = readSettings(key => properties[`${SETTINGS_SECTION}.${key}`]?.default, assert.fail);
		assert.deepEqual(withDefaults, withNothing);
	});

	it('restricts settings that exist', () => {
		const known = Object.values(settingKeys).map(key => `${SETTINGS_SECTION}.${key}`);
		const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
		for (const setting of restrictedConfigurations) assert.ok(known.includes(setting), setting);
	});

	it('are the views of package.json', () => {
		assert.deepEqual(
			contributes.viewsContainers.activitybar.map(({ id }: { id: string }) => id),
			[views.container],
		);
		assert.deepEqual(
			contributes.views[views.container].map(({ id }: { id: string }) => id),
			[views.sidebar],
		);
		assert.deepEqual(
			contributes.customEditors.map(({ viewType }: { viewType: string }) => viewType),
			[views.recording, views.heapSnapshot],
		);
	});

	it('names our own context keys in when clauses as the code does', () => {
		const known: string[] = [...Object.values(contextKeys), ...Object.values(views)];
		const clauses: string[] = Object.values<{ when?: string }[]>(contributes.menus)
			.flat()
			.flatMap(({ when }) => when ?? []);
		clauses.push(...contributes.commands.flatMap(({ enablement }: { enablement?: string }) => enablement ?? []));
		for (const clause of clauses) {
			for (const [key] of clause.matchAll(/memoryManager\.[\w.]+/g)) assert.ok(known.includes(key), key);
		}
	});

	it('names icons and walkthrough pages that exist', () => {
		const steps: { media: { markdown: string } }[] = contributes.walkthroughs.flatMap(
			({ steps }: { steps: unknown }) => steps,
		);
		const files = [
			manifest.icon,
			contributes.viewsContainers.activitybar[0].icon,
			...steps.map(({ media }) => media.markdown),
		];
		for (const file of files) assert.ok(existsSync(join(root, file)), file);
	});
});
