// Leaks objects at a steady rate until its heap is full, with as much garbage on top: `steadyLeak.cjs <MB per second>`.
const perTick = Number(process.argv[2] ?? 10) * 2 ** 20 * 0.02;
const kept = [];
/** About 1 KB. */
const item = i => ({ i, values: Array.from({ length: 120 }, (_, at) => at + i + 0.5) });
const began = Date.now();
let bytes = 0;
setInterval(() => {
	const due = ((Date.now() - began) / 20) * perTick;
	for (; bytes < due; bytes += 1_024) {
		kept.push(item(kept.length));
		item(-1);
	}
}, 20);
