import assert from 'node:assert/strict';
import { MemoryKills } from '../../../src/engine/memoryKills.ts';

const GB = 2 ** 30;
const ROOT = '/sys/fs/cgroup';

/** A file system of some texts, which a test changes. */
function machine(files: Record<string, string>) {
	const kills = new MemoryKills(path => files[path]);
	kills.watch(42, 16 * GB);
	return { kills, files };
}

describe('MemoryKills', () => {
	it('knows a kill in a container of version 2', () => {
		const events = `${ROOT}/docker/abc/memory.events`;
		const { kills, files } = machine({
			'/proc/42/cgroup': '0::/docker/abc\n',
			[`${ROOT}/docker/abc/memory.max`]: `${2 * GB}\n`,
			[events]: 'low 0\nhigh 0\nmax 31\noom 1\noom_kill 1\noom_group_kill 0\n',
			'/proc/vmstat': 'nr_free_pages 5\noom_kill 4\n',
		});
		assert.equal(kills.since(), undefined);
		// At its limit again, and it found something to take back.
		files[events] = 'low 0\nhigh 0\nmax 99\noom 1\noom_kill 1\noom_group_kill 0\n';
		assert.equal(kills.since(), undefined);
		files[events] = 'low 0\nhigh 0\nmax 99\noom 2\noom_kill 2\noom_group_kill 0\n';
		files['/proc/vmstat'] = 'nr_free_pages 5\noom_kill 5\n';
		assert.deepEqual(kills.since(), { by: 'container', limitBytes: 2 * GB });
	});

	it('knows a kill in a group of version 1 below the one with the limit, after the process is gone', () => {
		const own = `${ROOT}/memory/pod/app/memory.oom_control`;
		const { kills, files } = machine({
			'/proc/42/cgroup': '4:memory:/pod/app\n0::/\n',
			[`${ROOT}/memory/pod/memory.limit_in_bytes`]: `${GB}\n`,
			[`${ROOT}/memory/pod/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
			[own]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
		});
		delete files['/proc/42/cgroup'];
		files[own] = 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n';
		assert.deepEqual(kills.since(), { by: 'container', limitBytes: GB });
	});

	it('knows a kill of the machine without a container', () => {
		const { kills, files } = machine({ '/proc/42/cgroup': '0::/user.slice\n', '/proc/vmstat': 'oom_kill 4\n' });
		assert.equal(kills.since(), undefined);
		files['/proc/vmstat'] = 'oom_kill 5\n';
		assert.deepEqual(kills.since(), { by: 'machine' });
	});

	it('says nothing where the system does not count', () => {
		const { kills, files } = machine({});
		files['/proc/vmstat'] = 'oom_kill 5\n';
		assert.equal(kills.since(), undefined, 'there was no figure before');
	});
});
