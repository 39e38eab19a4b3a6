import { afterEach, describe, expect, it } from "vitest";
import { killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

afterEach(killLeftRuns);

const MINUTE = 60_000;

/** Starts a run, breaks its table while its fleet publishes, heals it after some time or never, and resolves with its summary. */
async function runWithoutTable(args: string, healAfterMs?: number) {
  const run = new LocalRun(`--devices 10 --rate 20 --bad 0 --json ${args}`);
  const { endpoint } = await run.ready();
  await fetch(`${endpoint}/_local/faults`, { method: "PUT", body: '{"dynamodb":{"kind":"unavailable","share":1}}' });
  if (healAfterMs !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, healAfterMs));
    await fetch(`${endpoint}/_local/faults`, { method: "DELETE" });
  }
  const ended = await run.ended;
  expect(ended.status).toBe(0);
  return summaryOf(ended);
}

describe("an outage", () => {
  it(
    "of the table that is shorter than the retries is caught up, with no loss and no hand",
    async () => {
      const summary = await runWithoutTable("--for 20s", 70_000);
      expect(summary).toMatchObject({ stored: summary.published, failed: 0, lost: 0 });
    },
    5 * MINUTE,
  );

  it(
    "of the table that is longer than the retries ends in the failure destination, whole",
    async () => {
      // Shorter than the batching window: each lane has one batch.
      const args = "--for 3s --config retryAttempts=0";
      const summary = await runWithoutTable(args);
      expect(summary.published).toBeGreaterThan(30);
      expect(summary).toMatchObject({ failed: summary.published, stored: 0, lost: 0 });
    },
    5 * MINUTE,
  );
});

describe("chaos", () => {
  it(
    "loses none of more than 300,000 readings, at 1,000 per second",
    async () => {
      const run = new LocalRun("--chaos --for 6m --rate 1000 --devices 100 --bad 0.01 --seed 7 --json");
      const ended = await run.ended;
      expect(ended.status).toBe(0);
      const { published = 0, lost } = summaryOf(ended);
      for (const event of ["kinesis full", "the stream is resharded"]) expect(ended.err).toContain(event);
      expect(published).toBeGreaterThan(300_000);
      expect(lost).toBe(0);
    },
    15 * MINUTE,
  );

  it(
    "leaves no alarm without its end, and makes no device silent that speaks",
    async () => {
      const rules = {
        hot: { sensorType: "temperature", above: 105, deadband: 5 },
        pressed: { sensorType: "pressure", above: 205, for: "5s", clearFor: "5s" },
        quiet: { silentFor: "1m" },
      };
      const run = new LocalRun(
        `--chaos --for 5m --rate 200 --devices 100 --silence 0.1 --drift 0.1 --flap 0.1 --sweep-every 10s --seed 9 --json --config watchRules=${JSON.stringify(rules)}`,
      );
      const ended = await run.ended;
      expect(ended.status).toBe(0);
      const summary = summaryOf(ended);
      expect(summary).toMatchObject({ lost: 0, alarmsWrong: 0 });
      expect(summary.alarmsEnded).toBeGreaterThan(100);
    },
    15 * MINUTE,
  );
});
