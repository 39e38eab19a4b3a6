import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { inArrivalOrder, rejectedInArrivalOrder } from "../../stores/arrival-order";
import { mockClient } from "../helpers/mocked-clients";
import { answerWithArchive, everything, line, T } from "../helpers/rejected-archive";

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
    answerWithArchive(mockClient(S3Client));
    const client = new S3Client({ region: "sa-east-1" });
    const found: string[] = [];
    const asked = { ...everything, until: T + 100_000, device: "sensor-001" };
    for await (const record of rejectedInArrivalOrder(client, "archive", asked, () => {}))
      found.push(record.sequenceNumber);
    expect(found).toEqual(["1", "90"]);
  });
});
