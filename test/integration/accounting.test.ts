import { rmSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { killLeftRuns, LocalRun, runFolder, summaryOf } from "../helpers/local-run";

afterEach(killLeftRuns);

describe("a run of the fleet", () => {
  it("accounts for every reading, in two runs at once", async () => {
    const args = "--devices 25 --rate 100 --for 6s --anomalies 0.05 --bad 0.05 --json";
    const runs = await Promise.all([new LocalRun(`${args} --seed 1`).ended, new LocalRun(`${args} --seed 2`).ended]);
    for (const ended of runs) {
      expect(ended).toMatchObject({ status: 0 });
      const { published = 0, stored = 0, rejected = 0, anomalies, ...rest } = summaryOf(ended);
      expect(published).toBeGreaterThan(500);
      expect(stored + rejected).toBe(published);
      expect(rejected).toBeGreaterThan(0);
      expect(anomalies).toBeGreaterThan(0);
      expect(rest).toMatchObject({
        failed: 0,
        ruleErrors: 0,
        lost: 0,
        duplicates: 0,
        external: { taken: 0, stored: 0, rejected: 0, failed: 0, ruleErrors: 0, superseded: 0, lost: 0 },
        metrics: { ProcessedRecords: stored, AnomaliesDetected: anomalies, RejectedRecords: rejected },
      });
      expect(rest.latencyMs).toMatchObject({ p50: expect.any(Number), p99: expect.any(Number) });
      expect(ended.out).toMatch(/^published +\d/);
      expect(ended.err).toMatch(
        /00:0\d {2}published \d+ {2}stored \d+ {2}rejected \d+ {2}anomalies \d+ {2}waiting \d+ {2}lag /,
      );
    }
  });

  it("does not end well where the archive lacks readings, counts them and says why", async () => {
    const run = new LocalRun("--devices 5 --rate 50 --for 4s --bad 0 --json");
    await run.ready();
    rmSync(path.join(runFolder(run) ?? "", "archive.js"));
    const ended = await run.ended;
    const { published = 0, stored, archiveErrors, lost } = summaryOf(ended);
    expect({ status: ended.status, stored, archiveErrors, lost }).toEqual({
      status: 1,
      stored: 0,
      archiveErrors: published,
      lost: 0,
    });
    expect(ended.err).toMatch(/^\d+ readings are missing in the archive: its delivery has left them in .+ \(.+\)\.$/m);
  });

  it("loses nothing and ends every alarm while everything breaks, and heals before it accounts", async () => {
    const rules = JSON.stringify({ hot: { sensorType: "temperature", above: 105, deadband: 5 } });
    const ended = await new LocalRun(
      `--devices 20 --rate 150 --for 15s --bad 0.02 --flap 0.3 --sweep-every 4s --chaos --seed 5 --json --config watchRules=${rules}`,
    ).ended;
    expect(ended).toMatchObject({ status: 0 });
    const summary = summaryOf(ended);
    expect(summary).toMatchObject({ lost: 0, unacknowledged: 0, alarmsWrong: 0 });
    expect(summary.alarmsEnded).toBeGreaterThan(0);
    expect(summary.published).toBeGreaterThan(1500);
    expect(ended.err).toMatch(/chaos at \d/);
  });
});
