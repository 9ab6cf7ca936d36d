import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containerMemory } from '../../../src/protocol/containerMemory.ts';

const MB = 1024 * 1024;
const NONE_V1 = '9223372036854771712\n';

const reader = (files: Record<string, string>) => (path: string) => files[path];
const stat = (name: string, bytes: number) => `anon 1000\nfile 5000\n${name} ${bytes}\nactive_file 3\n`;

/** As inside `docker run --memory 512m` on a host with version 2. */
const docker = {
	'/proc/self/cgroup': '0::/\n',
	'/sys/fs/cgroup/memory.max': `${512 * MB}\n`,
	'/sys/fs/cgroup/memory.current': `${300 * MB}\n`,
	'/sys/fs/cgroup/memory.stat': stat('inactive_file', 100 * MB),
};

/** As Ubuntu 20 mounts it, with Docker: the path is the host's, only the container's own group is mounted. */
const dockerV1 = {
	'/proc/7/cgroup': '12:cpu,cpuacct:/docker/abc\n5:memory:/docker/abc\n1:name=systemd:/docker/abc\n0::/docker/abc\n',
	'/sys/fs/cgroup/memory/memory.limit_in_bytes': `${256 * MB}\n`,
	'/sys/fs/cgroup/memory/memory.usage_in_bytes': `${200 * MB}\n`,
	'/sys/fs/cgroup/memory/memory.stat': `inactive_file 1\ntotal_inactive_file ${50 * MB}\n`,
};

describe('containerMemory', () => {
	it('reads version 2, without file contents that the kernel can take back', () => {
		assert.deepEqual(containerMemory(reader(docker), 'self'), { limitBytes: 512 * MB, usedBytes: 200 * MB });
	});

	it('reads version 1, where the path is that of the host', () => {
		assert.deepEqual(containerMemory(reader(dockerV1), 7), { limitBytes: 256 * MB, usedBytes: 150 * MB });
	});

	it('takes the smallest limit on the way up, with the use of that group', () => {
		const files = {
			'/proc/self/cgroup': '0::/user.slice/user-1000.slice/app.scope\n',
			'/sys/fs/cgroup/user.slice/user-1000.slice/app.scope/memory.max': 'max\n',
			'/sys/fs/cgroup/user.slice/user-1000.slice/app.scope/memory.current': '5\n',
			'/sys/fs/cgroup/user.slice/user-1000.slice/memory.max': `${100 * MB}\n`,
			'/sys/fs/cgroup/user.slice/user-1000.slice/memory.current': `${90 * MB}\n`,
			'/sys/fs/cgroup/user.slice/memory.max': `${300 * MB}\n`,
			'/sys/fs/cgroup/user.slice/memory.current': `${290 * MB}\n`,
		};
		assert.deepEqual(containerMemory(reader(files), 'self'), { limitBytes: 100 * MB, usedBytes: 90 * MB });
	});

	it('knows that max, and the huge number of version 1, are no limit', () => {
		assert.equal(containerMemory(reader({ ...docker, '/sys/fs/cgroup/memory.max': 'max\n' }), 'self'), undefined);
		const free = { ...dockerV1, '/sys/fs/cgroup/memory/memory.limit_in_bytes': NONE_V1 };
		assert.equal(containerMemory(reader(free), 7), undefined);
	});

	it('takes a limit beyond the machine for none', () => {
		assert.equal(containerMemory(reader(docker), 'self', 400 * MB), undefined);
		assert.equal(containerMemory(reader(docker), 'self', 1_000 * MB)?.limitBytes, 512 * MB);
	});

	it('reads a hybrid layout, where version 2 has no memory controller', () => {
		const files = {
			'/proc/self/cgroup': '9:name=systemd:/\n4:memory:/job/1\n0::/\n',
			'/sys/fs/cgroup/memory/job/1/memory.limit_in_bytes': `${64 * MB}\n`,
			'/sys/fs/cgroup/memory/job/1/memory.usage_in_bytes': `${60 * MB}\n`,
			'/sys/fs/cgroup/memory/job/1/memory.stat': '',
			'/sys/fs/cgroup/memory/memory.limit_in_bytes': NONE_V1,
		};
		assert.deepEqual(containerMemory(reader(files), 'self'), { limitBytes: 64 * MB, usedBytes: 60 * MB });
	});

	it('leaves the use out where the group does not tell', () => {
		const { '/sys/fs/cgroup/memory.current': _, ...files } = docker;
		assert.deepEqual(containerMemory(reader(files), 'self'), { limitBytes: 512 * MB });
	});

	it('knows nothing where nothing can be read', () => {
		assert.equal(
			containerMemory(() => undefined, 'self'),
			undefined,
		);
	});

	it('never leaves the mount and never answers with what is no number', () => {
		const asked: string[] = [];
		const files: Record<string, string> = {
			'/proc/self/cgroup': '0::/../../etc\n0::no slash\n4:memory:/a/../../b\nrubbish\n::\n',
			'/sys/fs/cgroup/memory.max': '-5',
			'/sys/fs/cgroup/memory/memory.limit_in_bytes': '12 MB',
		};
		const read = (path: string) => {
			asked.push(path);
			return files[path];
		};
		assert.equal(containerMemory(read, 'self'), undefined);
		assert.deepEqual(
			asked.filter(path => path.includes('..')),
			[],
		);
	});

	it('survives any content', () => {
		const content = fc.oneof(
			fc.string(),
			fc.constant('0::/a/b\n4:memory:/a\n'),
			fc.nat().map(String),
			fc.constant('max'),
		);
		fc.assert(
			fc.property(fc.infiniteStream(fc.option(content, { nil: undefined })), stream => {
				const found = containerMemory(() => stream.next().value, 'self', 2 ** 40);
				return found === undefined || (found.limitBytes > 0 && (found.usedBytes ?? 0) >= 0);
			}),
		);
	});
});
