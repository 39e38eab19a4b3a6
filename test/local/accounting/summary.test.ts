import { describe, expect, it } from "@jest/globals";
import { formatSummary, type Summary } from "../../../local/accounting/summary";

const SUMMARY: Summary = {
  published: 2400,
  stored: 2351,
  rejected: 49,
  failed: 0,
  ruleErrors: 0,
  lost: 0,
  anomalies: 47,
  archived: 2351,
  latencyMs: { p50: 1982, p99: 5988 },
  unacknowledged: 0,
  external: { stored: 0, rejected: 0, failed: 0, ruleErrors: 0 },
  duplicates: 3,
  readingsPerSecond: 200,
  durationSeconds: 12,
  seed: 1,
  metrics: {},
};

describe("formatSummary", () => {
  it("is a table: what, how many, what it means", () => {
    expect(formatSummary(SUMMARY).split("\n")).toEqual([
      "published        2,400  acknowledged by the broker, at QoS 1",
      "  stored         2,351  in the hot tier, read back",
      "  rejected          49  set aside in rejected/ with the reason",
      "  failed             0  in the failure destination only",
      "  ruleErrors         0  in the rule's error log only",
      "  lost               0  nowhere",
      "anomalies           47  of those stored",
      "archived         2,351  of those stored, in the cold tier's Parquet, read back",
      "duplicates           3  redelivered: stored once, those without a timestamp again",
      "latency p50   1,982 ms  from publish to stored",
      "latency p99   5,988 ms",
      "rate             200/s  over 12 s",
    ]);
  });

  it("says more where there is more to say", () => {
    const more = {
      ...SUMMARY,
      lost: 1,
      unacknowledged: 2,
      external: { stored: 4, rejected: 1, failed: 0, ruleErrors: 0 },
      faults: { dynamodb: 1234 },
    };
    const lines = formatSummary(more)
      .split("\n")
      .map((line) => line.trim().replaceAll(/ +/g, " "));
    expect(lines).toContain("lost 1 nowhere: this must not be");
    expect(lines.slice(12)).toEqual([
      "unacknowledged 2 sent, but the run ended before the PUBACK",
      "external 5 other clients': 4 stored, 1 rejected",
      "faults: dynamodb 1,234 injected",
    ]);
  });
});
