import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { inArrivalOrder } from "../../cli/rejected/arrival-order";
import { findSetAside, identityOf, type SetAside, setAside } from "../../cli/rejected/set-aside";
import { statistics } from "../../cli/rejected/statistics";
import type { RejectedLine, RejectReason } from "../../lambda/contract";

const s3 = mockClient(S3Client);
const client = new S3Client({ region: "sa-east-1" });
const T = Date.parse("2026-01-31T08:59:00Z");

const line = (sequence: number, reason: RejectReason = "not_json", partitionKey = "sensor-001"): RejectedLine => ({
  reason,
  detail: "why",
  shardId: "shardId-0",
  sequenceNumber: String(sequence),
  partitionKey,
  arrivedAt: T + sequence * 1000,
  data: Buffer.from("x").toString("base64"),
});
const OBJECTS: Readonly<Record<string, readonly RejectedLine[]>> = {
  "rejected/2026/01/31/08/shardId-0-1-90.jsonl": [line(1), line(9, "value_missing", "sensor-002"), line(90)],
  // The same batch once more after a crash, a part of it, under the hour of the record that it now began with.
  "rejected/2026/01/31/09/shardId-0-90-100.jsonl": [line(90), line(100)],
};
const keys = Object.keys(OBJECTS);
const everything = { from: T, until: Number.POSITIVE_INFINITY };

beforeEach(() => {
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({ Contents: keys.map((Key) => ({ Key })) });
  s3.on(GetObjectCommand).callsFake(({ Key }) => ({
    Body: { transformToString: async () => (OBJECTS[Key] ?? []).map((each) => `${JSON.stringify(each)}\n`).join("") },
  }));
});

async function all(records: AsyncIterable<SetAside>): Promise<SetAside[]> {
  const found: SetAside[] = [];
  for await (const record of records) found.push(record);
  return found;
}
const sequences = (records: readonly SetAside[]) => records.map(({ sequenceNumber }) => Number(sequenceNumber));
const read = () => s3.commandCalls(GetObjectCommand).map(({ args: [{ input }] }) => input.Key);

describe("setAside", () => {
  it("gives each record once, with the object that it stands in", async () => {
    const found = await all(setAside(client, "archive", everything));
    expect(sequences(found)).toEqual([1, 9, 90, 100]);
    expect(found[0]).toEqual({ ...line(1), key: keys[0] });
    expect(s3.commandCalls(ListObjectsV2Command).map(({ args: [{ input }] }) => input)).toEqual([
      expect.objectContaining({ Bucket: "archive", Prefix: "rejected/", StartAfter: "rejected/2026/01/31/07" }),
    ]);
  });

  it("keeps to the time, the reason and the device", async () => {
    const asked = { ...everything, from: T + 9000, until: T + 90_000 };
    expect(sequences(await all(setAside(client, "archive", asked)))).toEqual([9]);
    expect(sequences(await all(setAside(client, "archive", { ...everything, reason: "value_missing" })))).toEqual([9]);
    expect(sequences(await all(setAside(client, "archive", { ...everything, device: "sensor-001" })))).toEqual([
      1, 90, 100,
    ]);
  });

  it("reads no object of a later hour", async () => {
    await all(setAside(client, "archive", { from: T, until: T + 1000 }));
    expect(read()).toEqual([keys[0]]);
  });
});

describe("an object under rejected/ that cannot be read", () => {
  const key = "rejected/2026/01/31/08/shardId-0-2-5.jsonl";
  const good = JSON.stringify(line(3));
  const told = async (body: () => string) => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [key, ...keys].map((Key) => ({ Key })) });
    s3.on(GetObjectCommand, { Key: key }).callsFake(() => ({ Body: { transformToString: async () => body() } }));
    const unreadable: { key: string; why: string }[] = [];
    const found = await all(setAside(client, "archive", everything, (each) => unreadable.push(each)));
    return [sequences(found), unreadable];
  };

  it.each([
    ["empty", "", [], "it is empty"],
    ["truncated", `${good}\n${good.slice(0, -4)}`, [3], "1 of its 2 lines hold no record"],
    ["binary", "\u0000\ufffd\u0001", [], "1 of its 1 lines hold no record"],
    ["someone else's", '{"hello":1}\nnull', [], "2 of its 2 lines hold no record"],
  ])("is told and passed over where it is %s", async (_what, body, own, why) => {
    expect(await told(() => body)).toEqual([[...own, 1, 9, 90, 100], [{ key, why }]]);
  });

  it("is told and passed over where it is gone since it was listed", async () => {
    const gone = Object.assign(new Error("The specified key does not exist."), { name: "NoSuchKey" });
    const answer = await told(() => {
      throw gone;
    });
    expect(answer).toEqual([[1, 9, 90, 100], [{ key, why: "it is gone since it was listed" }]]);
  });

  it("is told and not read where it is huge", async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: key }] });
    s3.on(GetObjectCommand).resolves({ ContentLength: 70_000_000 });
    const unreadable: string[] = [];
    await all(setAside(client, "archive", everything, ({ why }) => unreadable.push(why)));
    expect(unreadable).toEqual(["it has 70000000 bytes, more than any object of this system"]);
  });

  it("is no reason to hide that the rights are missing", async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error("Access Denied"), { name: "AccessDenied" }));
    await expect(all(setAside(client, "archive", everything))).rejects.toThrow("Access Denied");
  });
});

describe("findSetAside", () => {
  it("reads only the objects whose name spans the record", async () => {
    expect(await findSetAside(client, "archive", identityOf(line(100)))).toEqual({ ...line(100), key: keys[1] });
    expect(read()).toEqual([keys[1]]);
  });

  it.each(["shardId-0:5", "shardId-1:90", "shardId-0:x", "nonsense"])("does not find %s", async (identity) => {
    expect(await findSetAside(client, "archive", identity)).toBeUndefined();
  });
});

describe("statistics", () => {
  it("counts by reason, the most frequent first, with a total", async () => {
    expect(await statistics(setAside(client, "archive", everything), false, () => {})).toEqual({
      columns: ["reason", "records", "devices", "latest"],
      rows: [
        ["not_json", 3, 1, new Date(T + 100_000).toISOString()],
        ["value_missing", 1, 1, new Date(T + 9000).toISOString()],
        ["total", 4, 2, new Date(T + 100_000).toISOString()],
      ],
    });
  });

  it("counts by reason and device where it is asked so", async () => {
    expect((await statistics(setAside(client, "archive", everything), true, () => {})).rows).toEqual([
      ["not_json", "sensor-001", 3, new Date(T + 100_000).toISOString()],
      ["value_missing", "sensor-002", 1, new Date(T + 9000).toISOString()],
    ]);
  });
});

describe("inArrivalOrder", () => {
  it("is the order of arrival, across shards and hours, whatever the objects' order", async () => {
    const at = (hour: string, shard: number, arrivedAt: number) => ({
      ...line(1),
      key: `rejected/2026/01/01/${hour}/shardId-${shard}-1-2.jsonl`,
      arrivedAt,
    });
    const [eight, nine] = [Date.UTC(2026, 0, 1, 8), Date.UTC(2026, 0, 1, 9)];
    async function* records() {
      // An object of eight that goes on into nine, another shard's of eight, then nine's.
      yield* [at("08", 0, eight + 5), at("08", 0, nine + 2), at("08", 1, eight + 1), at("08", 1, eight + 9)];
      yield* [at("09", 0, nine + 3), at("09", 1, nine + 1)];
    }
    const seen: number[] = [];
    for await (const { arrivedAt } of inArrivalOrder(records())) seen.push(arrivedAt);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(6);
  });
});
