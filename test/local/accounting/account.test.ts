import { describe, expect, it } from "@jest/globals";
import { percentile, takeAccount } from "../../../local/accounting/account";
import { setAsidePayloads } from "../../../local/accounting/archive-read-back";
import { Ledger, type LedgerEntry, payloadId } from "../../../local/accounting/ledger";
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
      archived: 0,
      latencyMs: { p50: 200, p99: 400 },
      unacknowledged: 1,
      external: { stored: 1, rejected: 1, failed: 0, ruleErrors: 0 },
    });
  });

  it("counts a stored reading as lost that is neither in the cold tier nor set aside on the way there", () => {
    const keys = ["in the cold tier", "set aside as it came", "set aside as a row", "nowhere"];
    const entries = new Map(keys.map((key) => [`payload ${key}`, entry({ itemKey: key })]));
    const found = {
      items: new Map(keys.map((key) => [key, false])),
      rejected: new Set<string>(),
      failed: new Set<string>(),
      archive: {
        items: new Set(["in the cold tier", "of another client"]),
        setAside: new Set(["payload set aside as it came", "set aside as a row"]),
      },
    };
    expect(takeAccount(entries, found, new Set())).toMatchObject({ published: 4, stored: 3, lost: 1, archived: 1 });
  });

  it("finds a reading without a timestamp by its place in the stream, each of its items", () => {
    const ledger = new Ledger();
    const reading = { deviceId: "sensor-001", sensorType: "pressure", value: 1, metadata: { mark: "timeless-1" } };
    const payload = Buffer.from(JSON.stringify(reading));
    const timeless = { deviceId: "sensor-001", sensorType: "pressure" };
    const publish = { device: "sensor-001", payload, publishedAt: 1000, key: undefined, timeless };
    ledger.published(publish);
    ledger.acknowledge(publish);
    const data = payload.toString("base64");
    const records = [
      { data, sequenceNumber: "7", arrivedAt: 1_767_225_600_001 },
      { data, sequenceNumber: "9", arrivedAt: 1_767_225_600_005 },
    ];
    // The function is given a record again after a failure.
    for (const record of [...records, ...records]) ledger.arrived(record);
    ledger.arrived({ data: "b3RoZXI=", sequenceNumber: "8", arrivedAt: 1_767_225_600_002 });
    const [first, second] = ["1767225600001#pressure#7", "1767225600005#pressure#9"].map((key) => `sensor-001/${key}`);
    const nothing = { rejected: new Set<string>(), failed: new Set<string>() };
    const account = (keys: readonly (string | undefined)[]) => {
      const items = new Map(keys.map((key) => [key ?? "", false]));
      return takeAccount(ledger.entries, { items, ...nothing }, new Set());
    };
    expect(account([first, second])).toMatchObject({ published: 1, stored: 1, lost: 0, external: { stored: 0 } });
    expect(account([second])).toMatchObject({ published: 1, stored: 1, lost: 0, external: { stored: 0 } });
    expect(account([])).toMatchObject({ published: 1, stored: 0, lost: 1 });
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

describe("setAsidePayloads", () => {
  it("knows the stream's own payload, and the row that the transform made of it", () => {
    const row = Buffer.from('{"device_id":"d","reading_key":"k"}').toString("base64");
    const raw = Buffer.from("not json").toString("base64");
    const lines = [row, raw].map((rawData) => JSON.stringify({ rawData })).join("\n");
    expect(setAsidePayloads(`${lines}\n`)).toEqual([payloadId(row), "d/k", payloadId(raw)]);
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
