/**
 * Measures one handler in a process of its own: node measure.mjs BUNDLE RECORDS ROUNDS PER_MESSAGE. Prints one line of JSON: load
 * and first batch in milliseconds, wall and CPU time per reading in microseconds, and the most memory in megabytes.
 */
import { createRequire } from "node:module";
import { event } from "./events.mjs";

const [bundle, records, rounds] = [process.argv[2] ?? "", Number(process.argv[3]), Number(process.argv[4])];
const perMessage = Number(process.argv[5]);
const batch = event(records, perMessage);
const context = { getRemainingTimeInMillis: () => 60_000, awsRequestId: "bench", functionName: "bench" };
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const loadedFrom = performance.now();
const { handler } = createRequire(import.meta.url)(bundle);
const loadMs = performance.now() - loadedFrom;
await handler(batch, context);
const coldStartMs = performance.now() - loadedFrom;
for (let i = 0; i < 5; i++) await handler(batch, context);

const [wall, cpu] = [performance.now(), process.cpuUsage()];
for (let i = 0; i < rounds; i++) await handler(batch, context);
const wallMs = performance.now() - wall;
const { user, system } = process.cpuUsage(cpu);
const total = records * perMessage * rounds;
const memoryMb = process.resourceUsage().maxRSS / 1024;
print(
  `${JSON.stringify({ loadMs, coldStartMs, wallUs: (wallMs * 1000) / total, cpuUs: (user + system) / total, memoryMb })}\n`,
);
process.exit(0);
