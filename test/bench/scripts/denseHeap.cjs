// Many small objects, as data scripts hold them, and a heap snapshot of it all: node denseHeap.cjs <megabytes> <file>
const { writeHeapSnapshot } = require('node:v8');
const [, , megabytes, file] = process.argv;

class Row {
	constructor(id) {
		this.id = id;
		this.name = `row ${id}`;
		this.values = [id, id + 0.5, `value ${id}`];
		this.next = undefined;
	}
}

const rows = [];
while (process.memoryUsage().heapUsed < Number(megabytes) * 1e6) {
	for (let i = 0; i < 10_000; i++) {
		const row = new Row(rows.length);
		row.next = rows[rows.length - 1];
		rows.push(row);
	}
}
globalThis.rows = rows;
writeHeapSnapshot(file);
console.log(String(rows.length));
