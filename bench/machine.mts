/** What a figure was measured on, and how busy it was. */
import { createHash } from "node:crypto";
import { cpus } from "node:os";

/** The machine in words. */
export function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown CPU"}, ${cores.length} cores, Node.js ${process.version}`;
}

/** Milliseconds that a fixed piece of work takes now on one core. It grows with what else runs: compare only figures with a like one. */
export function unitOfWorkMs(): number {
  const startedAt = performance.now();
  let text = JSON.stringify(Array.from({ length: 1000 }, (_, place) => ({ place, name: `sensor-${place}` })));
  for (let round = 0; round < 100; round += 1) {
    const parsed: { name: string }[] = JSON.parse(text);
    const name = createHash("sha256").update(text).digest("hex");
    text = JSON.stringify(parsed.map((each, place) => (place === round ? { ...each, name } : each)));
  }
  return performance.now() - startedAt;
}
