import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { statistics } from "../../../cli/rejected/statistics";
import type { RejectedLine, RejectReason } from "../../../contract/rejected";
import { recordId } from "../../../contract/stream-record";
import { inArrivalOrder, rejectedInArrivalOrder } from "../../../stores/arrival-order";
import { findRejectedRecord, type RejectedRecord, rejectedRecords } from "../../../stores/rejected-records";

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

async function all(records: AsyncIterable<RejectedRecord>): Promise<RejectedRecord[]> {
  const found: RejectedRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}
const sequences = (records: readonly RejectedRecord[]) => records.map(({ sequenceNumber }) => Number(sequenceNumber));
const read = () => s3.commandCalls(GetObjectCommand).map(({ args: [{ input }] }) => input.Key);

describe("rejectedRecords", () => {
  it("gives each record once, with the object that it stands in", async () => {
    const found = await all(rejectedRecords(client, "archive", everything));
    expect(sequences(found)).toEqual([1, 9, 90, 100]);
    expect(found[0]).toEqual({ ...line(1), key: keys[0] });
    expect(s3.commandCalls(ListObjectsV2Command).map(({ args: [{ input }] }) => input)).toEqual([
      expect.objectContaining({ Bucket: "archive", Prefix: "rejected/", StartAfter: "rejected/2026/01/31/07" }),
    ]);
  });

  it("keeps to the time, the reason and the device", async () => {
    const asked = { ...everything, from: T + 9000, until: T + 90_000 };
    expect(sequences(await all(rejectedRecords(client, "archive", asked)))).toEqual([9]);
    expect(
      sequences(await all(rejectedRecords(client, "archive", { ...everything, reason: "value_missing" }))),
    ).toEqual([9]);
    expect(sequences(await all(rejectedRecords(client, "archive", { ...everything, device: "sensor-001" })))).toEqual([
      1, 90, 100,
    ]);
  });

  it("reads no object of a later hour", async () => {
    await all(rejectedRecords(client, "archive", { from: T, until: T + 1000 }));
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
    const found = await all(rejectedRecords(client, "archive", everything, (each) => unreadable.push(each)));
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
    await all(rejectedRecords(client, "archive", everything, ({ why }) => unreadable.push(why)));
    expect(unreadable).toEqual(["it has 70000000 bytes, more than any object of this system"]);
  });

  it("is no reason to hide that the rights are missing", async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error("Access Denied"), { name: "AccessDenied" }));
    await expect(all(rejectedRecords(client, "archive", everything))).rejects.toThrow("Access Denied");
  });
});

describe("findRejectedRecord", () => {
  it("reads only the objects whose name spans the record", async () => {
    expect(await findRejectedRecord(client, "archive", recordId(line(100)))).toEqual({ ...line(100), key: keys[1] });
    expect(read()).toEqual([keys[1]]);
  });

  it.each(["shardId-0:5", "shardId-1:90", "shardId-0:x", "nonsense"])("does not find %s", async (identity) => {
    expect(await findRejectedRecord(client, "archive", identity)).toBeUndefined();
  });
});

describe("statistics", () => {
  it("counts by reason, the most frequent first, with a total", async () => {
    expect(
      await statistics(rejectedRecords(client, "archive", everything), { byDevice: false, withTotal: true }, () => {}),
    ).toEqual({
      columns: ["reason", "records", "devices", "latest"],
      rows: [
        ["not_json", 3, 1, new Date(T + 100_000).toISOString()],
        ["value_missing", 1, 1, new Date(T + 9000).toISOString()],
        ["total", 4, 2, new Date(T + 100_000).toISOString()],
      ],
    });
  });

  it("has no total among the rows of a program, which sums them itself", async () => {
    const answer = await statistics(
      rejectedRecords(client, "archive", everything),
      { byDevice: false, withTotal: false },
      () => {},
    );
    expect(answer.rows.map(([reason, records]) => [reason, records])).toEqual([
      ["not_json", 3],
      ["value_missing", 1],
    ]);
  });

  it("counts by reason and device where it is asked so", async () => {
    expect(
      (await statistics(rejectedRecords(client, "archive", everything), { byDevice: true, withTotal: true }, () => {}))
        .rows,
    ).toEqual([
      ["not_json", "sensor-001", 3, new Date(T + 100_000).toISOString()],
      ["value_missing", "sensor-002", 1, new Date(T + 9000).toISOString()],
    ]);
  });
});

describe("inArrivalOrder", () => {
  const EIGHT = Date.UTC(2026, 0, 1, 8);
  const HOUR = 3_600_000;
  /** A record of a shard, whose sequence number tells its arrival. */
  const at = (arrivedAt: number, shardId = "shardId-0") => {
    const { data: _, ...rest } = line(1);
    return { ...rest, shardId, sequenceNumber: String(arrivedAt), arrivedAt, key: "" };
  };
  type Record = ReturnType<typeof at>;
  /** An object of these records, which a crash or a replay can have written in any order. */
  const object = (...records: readonly [Record, ...Record[]]) => {
    const [{ shardId, sequenceNumber: first, arrivedAt }] = records;
    const hour = new Date(arrivedAt).toISOString().slice(0, 13).replace(/[-T]/g, "/");
    return { hour, shardId, first, key: `${shardId}-${first}-${records.length}`, records };
  };
  type RejectedOf = ReturnType<typeof object>;
  async function listed(...hours: readonly (readonly RejectedOf[])[]) {
    const bodies = new Map(hours.flat().map(({ key, records }) => [key, records]));
    async function* given() {
      yield* hours;
    }
    const seen: Record[] = [];
    let [read, most] = [0, 0];
    const reading = async (key: string) => {
      read += bodies.get(key)?.length ?? 0;
      most = Math.max(most, read - seen.length);
      return bodies.get(key) ?? [];
    };
    for await (const record of inArrivalOrder(given(), reading)) seen.push(record as Record);
    return { seen: seen.map(({ arrivedAt, shardId }) => `${arrivedAt - EIGHT} ${shardId.at(-1)}`), most };
  }

  it("is the order of arrival, across shards and hours, whatever the objects' order", async () => {
    const other = "shardId-1";
    const { seen } = await listed(
      // An object of eight that goes on into nine, and another shard's of eight.
      [object(at(EIGHT + 5), at(EIGHT + HOUR + 2)), object(at(EIGHT + 1, other), at(EIGHT + 9, other))],
      [object(at(EIGHT + HOUR + 3)), object(at(EIGHT + HOUR + 1, other))],
    );
    expect(seen).toEqual(["1 1", "5 0", "9 1", `${HOUR + 1} 1`, `${HOUR + 2} 0`, `${HOUR + 3} 0`]);
  });

  it("takes objects whose ranges overlap, and shows a record that stands in two of them once", async () => {
    const tail = at(EIGHT + HOUR + 7);
    const { seen } = await listed(
      [object(at(EIGHT + 4)), object(at(EIGHT + 1), at(EIGHT + 4), at(EIGHT + 8)), object(at(EIGHT + 2), tail)],
      [object({ ...tail }, at(EIGHT + HOUR + 9))],
    );
    expect(seen).toEqual(["1 0", "2 0", "4 0", "8 0", `${HOUR + 7} 0`, `${HOUR + 9} 0`]);
  });

  it("holds a few objects of each shard, however many an hour has", async () => {
    const objects = Array.from({ length: 4000 }, (_, number) =>
      object(at(EIGHT + 2 * number, `shardId-${number % 4}`), at(EIGHT + 2 * number + 9, `shardId-${number % 4}`)),
    );
    const { seen, most } = await listed(objects);
    expect(seen).toHaveLength(8000);
    expect(seen.map((text) => Number(text.split(" ")[0]))).toEqual(
      objects.flatMap(({ records }) => records.map(({ arrivedAt }) => arrivedAt - EIGHT)).sort((a, b) => a - b),
    );
    expect(most).toBeLessThan(100);
  });

  it("fails as its reader does", async () => {
    async function* given() {
      yield [object(at(EIGHT))];
    }
    const listing = inArrivalOrder(given(), () => Promise.reject(new Error("Access Denied")));
    await expect(listing.next()).rejects.toThrow("Access Denied");
  });
});

describe("rejectedInArrivalOrder", () => {
  it("keeps to the time, the reason and the device", async () => {
    const found: string[] = [];
    const asked = { ...everything, until: T + 100_000, device: "sensor-001" };
    for await (const record of rejectedInArrivalOrder(client, "archive", asked, () => {}))
      found.push(record.sequenceNumber);
    expect(found).toEqual(["1", "90"]);
  });
});
