import { describe, expect, it } from "@jest/globals";
import { percentile, takeAccount } from "../../../local/accounting/account";
import { type LedgerEntry, payloadId } from "../../../local/accounting/ledger";
import { failedPayloads, rejectedPayloads } from "../../../local/accounting/read-back";

const entry = (change: Partial<LedgerEntry>): LedgerEntry => ({
  publishedAt: 1000,
  itemKey: undefined,
  acknowledged: true,
  accepted: 1,
  settledAt: undefined,
  ...change,
});

describe("takeAccount", () => {
  it("puts each acknowledged publish into exactly one place, the best one", () => {
    const entries = new Map([
      ["everywhere", entry({ itemKey: "a/1", settledAt: 1200 })],
      ["anomaly", entry({ itemKey: "a/2", settledAt: 1400 })],
      ["rejected and failed", entry({})],
      ["failed and in the error log", entry({ itemKey: "a/3" })],
      ["in the error log", entry({})],
      ["nowhere", entry({ itemKey: "a/4" })],
      ["not acknowledged", entry({ itemKey: "a/5", acknowledged: false })],
    ]);
    const found = {
      items: new Map([
        ["a/1", false],
        ["a/2", true],
        ["a/5", false],
        ["of another client", false],
      ]),
      rejected: new Set(["everywhere", "rejected and failed", "of another client"]),
      failed: new Set(["everywhere", "rejected and failed", "failed and in the error log"]),
    };
    const errorLog = new Set(["everywhere", "failed and in the error log", "in the error log"]);
    expect(takeAccount(entries, found, errorLog)).toEqual({
      published: 6,
      stored: 2,
      rejected: 1,
      failed: 1,
      ruleErrors: 1,
      lost: 1,
      anomalies: 1,
      latencyMs: { p50: 200, p99: 400 },
      unacknowledged: 1,
      external: { stored: 1, rejected: 1, failed: 0, ruleErrors: 0 },
    });
  });

  it("has nothing to say of no readings", () => {
    expect(
      takeAccount(new Map(), { items: new Map(), rejected: new Set(), failed: new Set() }, new Set()),
    ).toMatchObject({
      published: 0,
      lost: 0,
      latencyMs: { p50: 0, p99: 0 },
    });
  });
});

describe("percentile", () => {
  it.each([
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.99, 4],
    [[7], 0.5, 7],
    [[], 0.5, 0],
  ])("of %j at %d is %d", (values, share, value) => {
    expect(percentile(values, share)).toBe(value);
  });
});

describe("what is read back", () => {
  const id = payloadId(Buffer.from("not json").toString("base64"));

  it("knows a payload in a rejected line", () => {
    const line = JSON.stringify({ reason: "NOT_JSON", data: Buffer.from("not json").toString("base64") });
    expect(rejectedPayloads(`${line}\n${line}\n`)).toEqual([id, id]);
  });

  it("knows a payload in a failed batch, whose event is a text", () => {
    const event = { Records: [{ kinesis: { data: Buffer.from("not json").toString("base64") } }] };
    expect(failedPayloads(JSON.stringify({ payload: JSON.stringify(event) }))).toEqual([id]);
  });
});
