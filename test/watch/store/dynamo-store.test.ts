import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DynamoStore } from "../../../watch/store/dynamo-store";
import { withEvents } from "../../../watch/store/outbox";
import { DUE_EVER } from "../../../watch/store/stored-device";
import { mockClient } from "../../helpers/mocked-clients";
import { startWatchTables, WATCH_TABLE, type WatchTables } from "../../helpers/watch-table";
import { anyRule, clock, live, M, reading, rule, ruleSet, T0 } from "../plants";

const set = ruleSet([rule(), anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } })]);

describe("the watch's table", () => {
  let tables: WatchTables;
  let store: DynamoStore;
  beforeAll(async () => {
    // Conditions and indexes are judged by an implementation that knows nothing of this project.
    tables = await startWatchTables();
    store = new DynamoStore(tables.client, WATCH_TABLE, set);
  });
  afterAll(() => tables.close());

  it("takes a write on the version that it was decided on, and no other", async () => {
    const { state, events } = live([reading(0, 97), reading(M, 98, { sensorType: "vibração" })], set);
    const { outbox } = withEvents(new Map(), "boiler-7", events);
    const first = { version: 1, state, outbox, dueAt: 0 };
    expect(await store.write("boiler-7", first, undefined)).toBe("written");
    expect(await store.write("boiler-7", first, undefined)).toBe("conflict");
    expect(await store.write("boiler-7", { ...first, version: 3 }, 2)).toBe("conflict");
    expect((await store.read(["boiler-7", "boiler-8"], "strong")).get("boiler-7")).toEqual(first);
    expect(await store.write("boiler-7", { ...first, version: 2 }, 1)).toBe("written");
  });

  it("reads more devices than one request takes", async () => {
    const { state } = live([reading(0, 20)], set);
    const ids = Array.from({ length: 130 }, (_, i) => `pump-${i}`);
    await Promise.all(
      ids.map((id) => store.write(id, { version: 1, state, outbox: new Map(), dueAt: T0 + 18 * M }, undefined)),
    );
    const found = await store.read([...ids, "nobody"], "eventual");
    expect([...found.keys()].toSorted()).toEqual(ids.toSorted());
  });

  it("finds what is due by the clock, and counts what will be", async () => {
    expect(await store.due(T0 + 18 * M - 1)).toEqual(["boiler-7"]);
    expect(await store.due(T0 + 18 * M)).toHaveLength(131);
    expect(await store.due(DUE_EVER)).toHaveLength(131);
  });

  it("lists what is not normal", async () => {
    const silent = live([reading(0, 20), clock(18 * M)], set);
    await store.write("boiler-9", { version: 1, state: silent.state, outbox: new Map() }, undefined);
    expect((await store.listed()).toSorted((a, b) => a.deviceId.localeCompare(b.deviceId))).toEqual([
      { deviceId: "boiler-7", raised: [T0], shelved: 0, isSilent: false },
      { deviceId: "boiler-9", raised: [T0 + 18 * M], shelved: 0, isSilent: true },
    ]);
  });

  it("keeps the plant, the mail's pace and the watermarks", async () => {
    const plant = {
      version: 1,
      plant: { before: [{ at: T0, silent: 3 }] },
      n: 2,
      outbox: new Map(),
      rules: "abc",
      watchedFrom: T0,
      look: { isAll: true, after: "boiler-7", again: false },
    };
    expect(await store.readPlant()).toEqual({ version: 0, plant: {}, n: 0, outbox: new Map(), rules: "" });
    expect(await store.writePlant(plant, 0)).toBe("written");
    expect(await store.writePlant(plant, 0)).toBe("conflict");
    expect(await store.readPlant()).toEqual(plant);
    const { version, mail } = await store.readMail();
    const sent = { version: 1, mail: { ...mail, lastAt: { high: T0 }, raises: [{ at: T0, count: 1 }] } };
    expect(await store.writeMail(sent, version)).toBe("written");
    expect(await store.readMail()).toEqual(sent);
    const mark = { sequenceNumber: "49", arrivedAt: T0, written: new Map([["boiler-7", 3]]), writtenAt: T0 };
    await store.saveWatermark("shardId-000000000001", mark);
    expect(await store.watermark("shardId-000000000001")).toEqual(mark);
    expect(await store.watermarks()).toEqual(new Map([["shardId-000000000001", mark]]));
  });

  it("notes history twice as once, and takes a shelf away", async () => {
    const set1 = { kind: "set", item: "occ#1#hot#t#1", fields: { key: "hot/t", n: 1, raisedAt: 1 } } as const;
    await store.note("boiler-7", [set1, set1, { kind: "set", item: "shelf#hot", fields: { key: "hot" } }]);
    await store.note("boiler-7", [{ kind: "delete", item: "shelf#hot" }]);
    expect((await store.read(["boiler-7"], "strong")).size).toBe(1);
  });
});

describe("keys that DynamoDB leaves out", () => {
  const left = { UnprocessedKeys: { t: { Keys: [{ deviceId: { S: "a" }, item: { S: "state" } }] } } };
  /** Reads a device that is left out so often, and says how long that took. */
  const read = async (times: number, random: () => number) => {
    const dynamodb = mockClient(DynamoDBClient);
    const Responses = { t: [{ deviceId: { S: "a" }, item: { S: "state" }, version: { N: "1" } }] };
    let calls = 0;
    dynamodb.on(BatchGetItemCommand).callsFake(() => (calls++ < times ? left : { Responses }));
    const startedAt = performance.now();
    const store = new DynamoStore(new DynamoDBClient({ region: "sa-east-1" }), "t", set, random);
    const found = await store.read(["a"], "strong").finally(() => dynamodb.restore());
    return { calls, found: [...found.keys()], tookMs: performance.now() - startedAt };
  };

  it("are asked for again after a pause that grows", async () => {
    const { calls, found, tookMs } = await read(2, () => 0.9);
    expect([calls, found]).toEqual([3, ["a"]]);
    // 90 and 180 ms, by a timer that may be a little early.
    expect(tookMs).toBeGreaterThan(260);
  });

  it("fail the read where they are left out again and again", async () => {
    expect((await read(5, () => 0)).found).toEqual(["a"]);
    await expect(read(6, () => 0)).rejects.toThrow("DynamoDB left keys out");
  });
});
