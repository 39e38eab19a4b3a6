import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { recordId } from "../../contract/stream-record";
import { findRejectedRecord, type RejectedRecord, rejectedRecords } from "../../stores/rejected-records";
import { mockClient } from "../helpers/mocked-clients";
import { answerWithArchive, everything, keys, line, T } from "../helpers/rejected-archive";

const s3 = mockClient(S3Client);
const client = new S3Client({ region: "sa-east-1" });

beforeEach(() => answerWithArchive(s3));

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

  it("is told and not read where its name is none of ours, and a folder of the console is passed over", async () => {
    const foreign = ["rejected/2026/01/31/08/", "rejected/2026/01/31/08/copy of 1.jsonl", "rejected/readme.txt"];
    s3.on(ListObjectsV2Command).resolves({ Contents: [...keys, ...foreign].sort().map((Key) => ({ Key })) });
    const why = "it is not named like an object of rejected records";
    const unreadable: object[] = [];
    expect(
      sequences(await all(rejectedRecords(client, "archive", everything, (each) => unreadable.push(each)))),
    ).toEqual([1, 9, 90, 100]);
    expect(unreadable).toEqual(foreign.slice(1).map((key) => ({ key, why })));
    expect(read()).toEqual(keys);
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
