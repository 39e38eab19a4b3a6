import { describe, expect, it } from "vitest";
import type { StreamRecord } from "../../../contract/stream-record";
import { recordId } from "../../../contract/stream-record";
import { takeAccount } from "../../../local/accounting/account";
import { failedPayloads } from "../../../local/accounting/archive-read-back";
import type { SetAside, StoredItem } from "../../../local/accounting/evidence-store";
import { Ledger } from "../../../local/accounting/ledger";
import { payloadId } from "../../../local/accounting/payload-id";
import { percentile } from "../../../local/accounting/percentile";
import { failedRecords, lastArrived, rejectedRecords } from "../../../local/accounting/read-back";
import { rowId, seenRecord } from "../../../local/accounting/seen-record";
import { evidenceStore } from "../../helpers/evidence-store";

const T = 1767225600000;
const SHARD = "shardId-000000000000";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const payload = (deviceId: string, value: number, timestamp: number | null = T) =>
  JSON.stringify({ deviceId, sensorType: "temperature", value, timestamp });

const list = (deviceId: string, values: readonly unknown[]) =>
  JSON.stringify({
    deviceId,
    sensorType: "temperature",
    readings: values.map((value, at) => ({ value, timestamp: T + at })),
  });

/** A record of the stream: the n-th, a second after the one before. */
const record = (n: number, deviceId: string, text: string): StreamRecord => ({
  shardId: SHARD,
  sequenceNumber: String(n).padStart(8, "0"),
  partitionKey: deviceId,
  data: base64(text),
  arrivedAt: T + n * 1000,
});

/** What the stores hold. */
interface Found {
  readonly items: ReadonlyMap<string, StoredItem>;
  readonly rejected: ReadonlyMap<string, SetAside>;
  readonly failed: ReadonlyMap<string, SetAside>;
  readonly archive: { readonly rows: ReadonlySet<string>; readonly failed: ReadonlySet<string> };
}
const set = (...records: StreamRecord[]) => new Map(records.map((each) => [recordId(each), seenRecord(each)]));
const item = (value: number, more: Partial<StoredItem> = {}): StoredItem => ({
  device: "by its key",
  isAnomaly: false,
  values: [value],
  arrivedAt: undefined,
  ...more,
});
const keyOf = (deviceId: string, timestamp = T) => `${deviceId}/${timestamp}#temperature`;

/** A record's row in the archive. */
const row = (each: StreamRecord) => rowId(recordId(each), { key: keyOf(each.partitionKey) });

const accepted = (text: string) => ({
  payload: Buffer.from(text),
  payloadId: payloadId(base64(text)),
  receivedAt: T,
});

/** A run whose fleet and other clients sent what is told. */
class Run {
  readonly ledger = new Ledger(evidenceStore());
  readonly errorLog = new Map<string, number>();

  /** The fleet's publish, acknowledged. */
  fleet(text: string): this {
    const publish = { device: "d", payload: Buffer.from(text), publishedAt: T };
    const acknowledge = this.ledger.published(publish);
    this.ledger.accepted(accepted(text));
    acknowledge();
    return this;
  }

  /** Another client's message. */
  external(text: string): this {
    this.ledger.accepted(accepted(text));
    return this;
  }

  /** What the stream holds, and the mapping is done with. */
  stream(...records: StreamRecord[]): this {
    for (const each of records) {
      this.ledger.seen(each);
      this.ledger.settled(each, true, each.arrivedAt + 200);
    }
    return this;
  }

  logged(text: string): this {
    this.errorLog.set(payloadId(base64(text)), 1);
    this.ledger.errorLogged(accepted(text));
    return this;
  }

  async account(
    { items, rejected, failed, archive }: Partial<Found>,
    gaveUp = { processing: false, archiving: false },
  ) {
    const evidence = this.ledger.evidence();
    const deviceOf = (key: string) => key.split("/")[0] ?? "";
    for (const [key, each] of items ?? []) evidence.items.put(key, { ...each, device: deviceOf(key) });
    for (const [id, each] of rejected ?? []) evidence.rejected.put(id, each);
    for (const [id, each] of failed ?? []) evidence.failed.put(id, each);
    for (const id of archive?.rows ?? []) evidence.rows.put(id, { device: deviceOf(id.split(" ")[1] ?? "") });
    const known = { errorLog: this.errorLog, notArchived: archive?.failed, gaveUp };
    const account = await takeAccount(evidence.divide(), known);
    // It is the same whatever the parts are.
    expect(await takeAccount(evidence.divide(1), known)).toEqual(account);
    return account;
  }
}

const NONE = {
  stored: 0,
  rejected: 0,
  failed: 0,
  ruleErrors: 0,
  archiveErrors: 0,
  superseded: 0,
  unfinished: 0,
  lost: 0,
  lostFrom: { nowhere: 0, inTableOnly: 0, inArchiveOnly: 0 },
};

describe("takeAccount of the fleet", () => {
  it("puts each acknowledged publish into exactly one place, the best one", async () => {
    const texts = ["a", "b", "c", "d"].map((device) => payload(device, 1));
    const [a = "", b = "", c = "", d = ""] = texts;
    const records = [record(1, "a", a), record(2, "b", b), record(3, "c", c), record(4, "x", "not json")] as const;
    const run = new Run()
      .fleet("not json")
      .fleet("in the log")
      .stream(...records)
      .logged("in the log")
      .logged(a);
    for (const text of texts) run.fleet(text);
    run.ledger.published({ device: "e", payload: Buffer.from("never acknowledged"), publishedAt: T });
    const found = {
      items: new Map([
        [keyOf("a"), item(1)],
        [keyOf("b"), item(1, { isAnomaly: true })],
      ]),
      rejected: set(records[3]),
      failed: set(records[0], records[2]),
    };
    expect(await run.account(found)).toMatchObject({
      ...NONE,
      published: 6,
      stored: 2,
      rejected: 1,
      failed: 1,
      ruleErrors: 1,
      lost: 1,
      lostFrom: { nowhere: 1, inTableOnly: 0, inArchiveOnly: 0 },
      anomalies: 1,
      unacknowledged: 1,
      external: { ...NONE, taken: 0 },
    });
    expect(d).not.toBe("");
  });

  it("counts a redelivery once, though its reading is written twice", async () => {
    const text = payload("a", 1);
    const run = new Run().fleet(text).stream(record(1, "a", text), record(2, "a", text));
    const found = { items: new Map([[keyOf("a"), item(1, { arrivedAt: T + 2000 })]]) };
    expect(await run.account(found)).toMatchObject({ ...NONE, published: 1, stored: 1, external: { taken: 0 } });
  });

  it("says of what is lost which tiers have it not", async () => {
    const texts = ["a", "b", "c", "d"].map((device) => payload(device, 1));
    const [a, b, c] = texts.map((text, n) => record(n, "abcd"[n] ?? "", text)) as [
      StreamRecord,
      StreamRecord,
      StreamRecord,
    ];
    const run = new Run().stream(a, b, c);
    for (const text of texts) run.fleet(text);
    const found = {
      items: new Map([
        [keyOf("a"), item(1)],
        [keyOf("b"), item(1)],
      ]),
      archive: { rows: new Set([row(a), row(c)]), failed: new Set<string>() },
    };
    const lostFrom = { nowhere: 1, inTableOnly: 1, inArchiveOnly: 1 };
    expect(await run.account(found)).toMatchObject({ published: 4, stored: 1, lost: 3, lostFrom, archived: 1 });
  });

  it("counts on its own what the delivery has set aside, as it came or as a row, of the fleet and of others", async () => {
    const [a, b] = [record(1, "a", payload("a", 1)), record(2, "b", payload("b", 1))];
    const [c, d] = [record(3, "c", payload("c", 1)), record(4, "d", payload("d", 1))];
    const run = new Run()
      .fleet(payload("a", 1))
      .fleet(payload("b", 1))
      .external(payload("c", 1))
      .fleet(payload("d", 1));
    run.stream(a, b, c, d);
    const items = new Map([a, b, c, d].map(({ partitionKey }) => [keyOf(partitionKey), item(1)]));
    const archive = { rows: new Set([row(d)]), failed: new Set([payloadId(a.data), keyOf("b"), keyOf("c")]) };
    expect(await run.account({ items, archive })).toMatchObject({
      ...NONE,
      published: 3,
      stored: 1,
      archiveErrors: 2,
      external: { ...NONE, taken: 1, archiveErrors: 1 },
    });
  });

  it("never calls lost what was on its way when the run gave up, wherever it waited", async () => {
    const [waits, unread, dropped] = [payload("a", 1), payload("b", 1), payload("c", 1)];
    const run = new Run().fleet(waits).fleet(unread).fleet(dropped).external(payload("e", 1));
    run.ledger.seen(record(1, "a", waits));
    run.stream(record(2, "c", dropped));
    const gaveUp = { processing: true, archiving: false };
    expect(await run.account({}, gaveUp)).toMatchObject({
      ...NONE,
      published: 3,
      unfinished: 2,
      lost: 1,
      lostFrom: { ...NONE.lostFrom, nowhere: 1 },
      external: { ...NONE, taken: 1, unfinished: 1 },
    });
  });

  it("counts what the archive has not got yet as unfinished where the run gave up on the archive", async () => {
    const run = new Run().fleet(payload("a", 1)).stream(record(1, "a", payload("a", 1)));
    const found = {
      items: new Map([[keyOf("a"), item(1)]]),
      archive: { rows: new Set<string>(), failed: new Set<string>() },
    };
    expect(await run.account(found, { processing: false, archiving: true })).toMatchObject({ ...NONE, unfinished: 1 });
  });

  it("has nothing to say of no readings", async () => {
    expect(await new Run().account({})).toEqual({
      published: 0,
      messages: 0,
      ...NONE,
      anomalies: 0,
      archived: 0,
      latencyMs: { p50: 0, p99: 0 },
      unacknowledged: 0,
      external: { taken: 0, ...NONE },
    });
  });
});

describe("takeAccount of messages with many readings", () => {
  it("counts readings: stored, rejected, archived and lost, each on its own", async () => {
    const text = list("a", [1, "bad", 3, 4]);
    const run = new Run().fleet(text).stream(record(1, "a", text));
    const [id, seen] = [...set(record(1, "a", text))][0] as [string, ReturnType<typeof seenRecord>];
    const found = {
      items: new Map(
        [0, 2].map((at) => [keyOf("a", T + at), item(at + 1, { isAnomaly: at === 2, arrivedAt: T + 1000 })]),
      ),
      rejected: new Map([[id, { ...seen, entries: [1] }]]),
      archive: { rows: new Set([0, 2].map((at) => rowId(id, { key: keyOf("a", T + at) }))), failed: new Set<string>() },
    };
    expect(await run.account(found)).toMatchObject({
      published: 4,
      messages: 1,
      stored: 2,
      anomalies: 1,
      archived: 2,
      rejected: 1,
      lost: 1,
      external: { taken: 0 },
    });
  });

  it("counts a message that is rejected as a whole, or is in the error log, with each of its readings", async () => {
    const [spoofed, logged] = [list("x", [1, 2]), list("b", [1, 2, 3])];
    const run = new Run()
      .fleet(spoofed)
      .fleet(logged)
      .stream(record(1, "a", spoofed))
      .logged(logged);
    expect(await run.account({ rejected: set(record(1, "a", spoofed)) })).toMatchObject({
      ...NONE,
      published: 5,
      messages: 2,
      rejected: 2,
      ruleErrors: 3,
    });
  });

  it("has a reading that comes in two messages once as stored, and once as superseded", async () => {
    const [first, second] = [list("a", [1, 2]), list("a", [5, 6, 7])];
    const run = new Run()
      .fleet(first)
      .external(second)
      .stream(record(1, "a", first), record(2, "a", second));
    const items = new Map([5, 6, 7].map((value, at) => [keyOf("a", T + at), item(value, { arrivedAt: T + 2000 })]));
    expect(await run.account({ items })).toMatchObject({
      ...NONE,
      published: 2,
      superseded: 2,
      external: { ...NONE, taken: 3, stored: 3 },
    });
  });
});

describe("takeAccount of two messages that arrive in one millisecond", () => {
  // The hot tier keeps both readings: their packed items have keys of their own.
  const [first, second] = [list("a", [1, 2]), list("a", [5, 6, 7])];
  const records = [record(1, "a", first), { ...record(2, "a", second), arrivedAt: T + 1000 }] as const;
  const at = { arrivedAt: T + 1000 };

  it.each([
    ["that was sent first", item(1, at), item(5, at)],
    ["that was sent last", item(5, at), item(1, at)],
  ])("supersedes the earlier, whichever of their items is read last: the one %s", async (_which, read, readLast) => {
    const run = new Run()
      .external(first)
      .external(second)
      .stream(...records);
    const items = new Map([
      [keyOf("a"), lastArrived(read, readLast)],
      [keyOf("a", T + 1), item(6, at)],
      [keyOf("a", T + 2), item(7, at)],
    ]);
    expect((await run.account({ items })).external).toEqual({ ...NONE, taken: 5, stored: 3, superseded: 2 });
  });

  it("calls the later lost where only the earlier is stored", async () => {
    const run = new Run()
      .external(list("a", [1, 2]))
      .external(payload("a", 9))
      .stream(records[0], {
        ...record(2, "a", payload("a", 9)),
        ...at,
      });
    const items = new Map([
      [keyOf("a"), item(1, at)],
      [keyOf("a", T + 1), item(2, at)],
    ]);
    expect((await run.account({ items })).external).toMatchObject({ taken: 3, stored: 2, lost: 1 });
  });
});

describe("lastArrived", () => {
  it("is the item that arrived last, in whichever order they are read", () => {
    const [earlier, later] = [item(1, { arrivedAt: 5 }), item(2, { arrivedAt: 6 })];
    expect([lastArrived(undefined, earlier), lastArrived(earlier, later), lastArrived(later, earlier)]).toEqual([
      earlier,
      later,
      later,
    ]);
  });
});

describe("takeAccount of other clients", () => {
  it("shows the loss of a message that no store has", async () => {
    const run = new Run().external(payload("e", 1)).stream(record(1, "e", payload("e", 1)));
    expect((await run.account({})).external).toEqual({
      ...NONE,
      taken: 1,
      lost: 1,
      lostFrom: { nowhere: 1, inTableOnly: 0, inArchiveOnly: 0 },
    });
  });

  it("shows the loss of a message that never came to the stream", async () => {
    expect((await new Run().external("x").account({})).external).toMatchObject({ taken: 1, lost: 1 });
  });

  it("shows the loss of a record that was put into the stream past the broker", async () => {
    const run = new Run().stream(record(1, "e", payload("e", 1)), record(2, "f", payload("f", 2)));
    const found = { items: new Map([[keyOf("f"), item(2)]]) };
    expect((await run.account(found)).external).toMatchObject({ taken: 2, stored: 1, lost: 1 });
  });

  it("counts two messages of one payload twice, stored or rejected", async () => {
    const timeless = JSON.stringify({ deviceId: "e", sensorType: "temperature", value: 1 });
    const records = [timeless, timeless, "not json", "not json"].map((text, n) => record(n, "e", text));
    const run = new Run().stream(...records);
    for (const text of [timeless, timeless, "not json", "not json"]) run.external(text);
    const items = new Map(
      records.slice(0, 2).map((each) => [`${keyOf("e", each.arrivedAt)}#${each.sequenceNumber}`, item(1)]),
    );
    const found = { items, rejected: set(...records.slice(2)) };
    expect((await run.account(found)).external).toEqual({ ...NONE, taken: 4, stored: 2, rejected: 2 });
  });

  it.each(["failed", "rejected"] as const)("counts what was %s and is replayed as stored, once", async (place) => {
    const one = record(1, "e", payload("e", 1));
    const run = new Run().external(payload("e", 1)).stream(one);
    const found = { items: new Map([[keyOf("e"), item(1)]]), [place]: set(one) };
    expect((await run.account(found)).external).toEqual({ ...NONE, taken: 1, stored: 1 });
  });

  it("counts a message of the error log that is replayed as stored, once", async () => {
    const text = payload("e", 1);
    const run = new Run().external(text);
    run.ledger.putFailed(accepted(text));
    run.logged(text).stream(record(1, "e", text));
    expect((await run.account({ items: new Map([[keyOf("e"), item(1)]]) })).external).toEqual({
      ...NONE,
      taken: 1,
      stored: 1,
    });
  });

  it("has a message of the error log beside what was taken", async () => {
    const run = new Run()
      .external("x")
      .logged("x")
      .external("y")
      .stream(record(1, "e", "y"));
    const found = { rejected: set(record(1, "e", "y")) };
    expect((await run.account(found)).external).toEqual({ ...NONE, taken: 1, rejected: 1, ruleErrors: 1 });
  });

  it("counts a put whose answer was lost, and that was made again, once", async () => {
    const text = JSON.stringify({ deviceId: "e", sensorType: "temperature", value: 1 });
    const run = new Run().external(text);
    run.ledger.putFailed(accepted(text));
    const records = [record(1, "e", text), record(2, "e", text)];
    run.stream(...records);
    const items = new Map(records.map((each) => [`${keyOf("e", each.arrivedAt)}#${each.sequenceNumber}`, item(1)]));
    expect((await run.account({ items })).external).toEqual({ ...NONE, taken: 1, stored: 1 });
  });

  it("counts what was written past the stream as taken and stored", async () => {
    expect((await new Run().account({ items: new Map([["by hand/1#x", item(1)]]) })).external).toEqual({
      ...NONE,
      taken: 1,
      stored: 1,
    });
  });
});

describe("takeAccount of readings with one identity", () => {
  const values = (...given: number[]) => given.map((value, n) => record(n, "e", payload("e", value)));
  const runOf = (records: readonly StreamRecord[]) => {
    const run = new Run().stream(...records);
    for (const { data } of records) run.external(Buffer.from(data, "base64").toString());
    return run;
  };

  it.each([
    ["says when it arrived", { arrivedAt: T + 4000 }],
    ["does not say when it arrived", {}],
  ])("stores the last and supersedes those before it, where the item %s", async (_what, more) => {
    const found = { items: new Map([[keyOf("e"), item(50, more)]]) };
    expect((await runOf(values(10, 20, 30, 40, 50)).account(found)).external).toEqual({
      ...NONE,
      taken: 5,
      stored: 1,
      superseded: 4,
    });
  });

  it("supersedes a failed one that a later one has written again", async () => {
    const records = values(10, 20);
    const found = { items: new Map([[keyOf("e"), item(20)]]), failed: set(records[0] as StreamRecord) };
    expect((await runOf(records).account(found)).external).toEqual({ ...NONE, taken: 2, stored: 1, superseded: 1 });
  });

  it.each([
    ["failed", { failed: 1 }],
    ["rejected", { rejected: 1 }],
  ] as const)("does not call a later one superseded that is %s", async (place, counts) => {
    const records = values(10, 20);
    const found = { items: new Map([[keyOf("e"), item(10)]]), [place]: set(records[1] as StreamRecord) };
    expect((await runOf(records).account(found)).external).toEqual({ ...NONE, taken: 2, stored: 1, ...counts });
  });

  it("calls a later one lost that no store has", async () => {
    const found = { items: new Map([[keyOf("e"), item(10, { arrivedAt: T })]]) };
    expect((await runOf(values(10, 20)).account(found)).external).toMatchObject({ taken: 2, stored: 1, lost: 1 });
  });

  it("goes by the arrival where two have the same value", async () => {
    const records = values(10, 10);
    const found = {
      items: new Map([[keyOf("e"), item(10, { arrivedAt: T })]]),
      failed: set(records[1] as StreamRecord),
    };
    expect((await runOf(records).account(found)).external).toEqual({ ...NONE, taken: 2, stored: 1, failed: 1 });
  });

  it("counts a reading of the fleet that another client has written again", async () => {
    const [own, other] = values(10, 20) as [StreamRecord, StreamRecord];
    const run = new Run().fleet(payload("e", 10)).external(payload("e", 20)).stream(own, other);
    expect(await run.account({ items: new Map([[keyOf("e"), item(20)]]) })).toMatchObject({
      ...NONE,
      published: 1,
      superseded: 1,
      external: { ...NONE, taken: 1, stored: 1 },
    });
  });
});

describe("percentile", () => {
  it.each([
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.99, 4],
    [[7], 0.5, 7],
    [[], 0.5, 0],
  ])("of %j at %d is %d", async (values, share, value) => {
    expect(percentile(values, share)).toBe(value);
  });
});

describe("what is read back", () => {
  const one = record(1, "e", "not json");
  const line = JSON.stringify({ reason: "not_json", detail: "why", ...one });
  const event = {
    Records: [{ eventID: recordId(one), kinesis: { ...one, approximateArrivalTimestamp: one.arrivedAt / 1000 } }],
  };
  const failed = JSON.stringify({ payload: JSON.stringify(event) });

  it("knows the records of a rejected object, and of a failed batch, whose event is a text", async () => {
    expect(rejectedRecords(`${line}\n${line}\n`).records.map(recordId)).toEqual([recordId(one), recordId(one)]);
    expect(failedRecords(failed).records).toEqual([one]);
  });

  it.each([
    ["empty", "", "it is empty"],
    ["truncated", `${line}\n${line.slice(0, -5)}`, "1 of its 2 lines hold no record"],
    ["binary", Buffer.from([0xff, 0x00, 0x50, 0x41, 0x52, 0x31]).toString("utf8"), "1 of its 1 lines hold no record"],
    ["foreign JSON", '{"a":1}\nnull\n[]\n"x"\n7', "5 of its 5 lines hold no record"],
    ["without its bytes", JSON.stringify({ ...JSON.parse(line), data: undefined }), "1 of its 1 lines hold no record"],
    ["of no time", JSON.stringify({ ...JSON.parse(line), arrivedAt: 1e300 }), "1 of its 1 lines hold no record"],
  ])(
    "says what of a rejected object that is %s it could not read, and takes the rest",
    async (_what, text, unreadable) => {
      const read = rejectedRecords(text);
      expect(read.unreadable).toBe(unreadable);
      expect(read.records).toHaveLength(text.startsWith(`${line}\n`) ? 1 : 0);
    },
  );

  it.each([
    "",
    failed.slice(0, -9),
    "[]",
    "null",
    '{"payload":"{}"}',
    '{"payload":"{\\"Records\\":[{}]}"}',
    '{"payload":7}',
  ])("says of a failed batch that is %j that it holds no event", async (text) => {
    expect(failedRecords(text)).toEqual({ records: [], unreadable: "it holds no Kinesis event" });
  });

  it("knows what the delivery has set aside, the stream's own payload and the row made of it, and says what it cannot read", async () => {
    const row = base64('{"device_id":"d","reading_key":"k"}');
    const raw = base64("not json");
    const lines = [
      JSON.stringify({ rawData: row, lastErrorMessage: "no such column" }),
      JSON.stringify({ rawData: raw, errorMessage: "the function failed\n  at its place" }),
    ];
    expect(failedPayloads(`${lines.join("\n")}\n`)).toEqual({
      why: "no such column",
      ids: [payloadId(row), "d/k", payloadId(raw)],
    });
    expect(failedPayloads(`${lines[1]}\n{"a":1}\n{"rawData`)).toEqual({
      ids: [payloadId(raw)],
      why: "the function failed",
      unreadable: "2 of its 3 lines hold no record",
    });
  });
});
