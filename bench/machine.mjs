/** What a figure was measured on, and how busy it was. */
import { createHash } from "node:crypto";
import { cpus } from "node:os";

export function machine() {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown CPU"}, ${cores.length} cores, Node.js ${process.version}`;
}

/** Milliseconds that a fixed piece of work takes on one core now. It grows where others use the core: compare figures with a like one. */
export function unitOfWorkMs() {
  const startedAt = performance.now();
  let text = JSON.stringify(Array.from({ length: 1000 }, (_, place) => ({ place, name: `sensor-${place}` })));
  for (let round = 0; round < 100; round += 1) {
    const parsed = JSON.parse(text);
    parsed[round].name = createHash("sha256").update(text).digest("hex");
    text = JSON.stringify(parsed);
  }
  return performance.now() - startedAt;
}
