import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HASH_KEYS } from "../../../../local/aws/kinesis/hash-key";
import type { Shard } from "../../../../local/aws/kinesis/shard";
import type { Stream } from "../../../../local/aws/kinesis/stream";
import { simulatedStream } from "./simulated-stream";

const DATA = Buffer.from('{"value":1}').toString("base64");

/** Every record of a shard, as one reader that never hits a limit sees it. */
async function readAll(shard: Shard): Promise<readonly string[]> {
  const keys: string[] = [];
  let place: number | undefined = 0;
  for (let now = Date.now(); place !== undefined; now += 10_000) {
    const page = await shard.read(place, 10_000, now);
    keys.push(...page.records.map(({ partitionKey }) => partitionKey));
    if (page.nextPlace === place) break;
    place = page.nextPlace;
  }
  return keys;
}

function boundaries(stream: Stream): readonly (readonly [bigint, bigint])[] {
  return stream.openShards
    .map(({ args: { range } }) => [range.start, range.end] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("a stream", () => {
  it("puts a partition key's records into one shard, in order, under growing sequence numbers", () => {
    const { stream } = simulatedStream();
    const records = Array.from({ length: 20 }, () => stream.put("sensor-001", DATA));
    expect(new Set(records.map(({ shardId }) => shardId)).size).toBe(1);
    const numbers = records.map(({ sequenceNumber }) => BigInt(sequenceNumber));
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(numbers).size).toBe(20);
    expect(records[0]?.sequenceNumber).toMatch(/^49\d{54}$/);
  });

  it("goes on with greater numbers in a child, also where the clock was set back", () => {
    const { stream, clock, settle } = simulatedStream();
    const before = stream.put("sensor-001", DATA);
    clock.now -= 3_600_000;
    stream.split(before.shardId, stream.shard(before.shardId).args.range.start + 1n);
    settle();
    const after = stream.put("sensor-001", DATA);
    expect(after.shardId).not.toBe(before.shardId);
    expect(BigInt(after.sequenceNumber)).toBeGreaterThan(BigInt(before.sequenceNumber));
  });

  it("chooses the shard by the MD5 of the key, as AWS does", () => {
    const { stream } = simulatedStream();
    // MD5("sensor-001") begins with 6, in the second quarter of the hash keys.
    expect(stream.put("sensor-001", DATA).shardId).toBe("shardId-000000000001");
    expect(stream.put("any", DATA, 0n).shardId).toBe("shardId-000000000000");
    expect(stream.put("any", DATA, HASH_KEYS - 1n).shardId).toBe("shardId-000000000003");
  });

  it.each([
    [999, true],
    [1000, true],
    [1001, false],
  ])("takes at most 1,000 records in a shard's second: %d", (count, isTaken) => {
    const { stream } = simulatedStream();
    const puts = () => {
      for (let put = 0; put < count; put += 1) stream.put("sensor-001", DATA);
    };
    if (isTaken) expect(puts).not.toThrow();
    else
      expect(puts).toThrow(
        "Rate exceeded for shard shardId-000000000001 in stream iot-sensor-stream-dev under account 123456789012.",
      );
  });

  it.each([
    [4, 262_144 - 10, true],
    [5, 262_144 - 10, false],
  ])("takes at most 1 MB in a shard's second, keys included: %d records", (count, size, isTaken) => {
    const { stream } = simulatedStream();
    const data = Buffer.alloc(size).toString("base64");
    const puts = () => {
      for (let put = 0; put < count; put += 1) stream.put("sensor-001", data);
    };
    if (isTaken) expect(puts).not.toThrow();
    else expect(puts).toThrow(/Rate exceeded/);
  });

  it("refuses what goes to a shard that another writer fills, and that alone", () => {
    const { stream } = simulatedStream({ isFull: (place) => place < 0.5 });
    expect(() => stream.put("any", DATA, 0n)).toThrow("Rate exceeded for shard shardId-000000000000");
    expect(() => stream.put("sensor-001", DATA)).toThrow("Rate exceeded for shard shardId-000000000001");
    expect(stream.put("any", DATA, HASH_KEYS - 1n).shardId).toBe("shardId-000000000003");
  });

  it("has room again as time passes", () => {
    const { stream, clock } = simulatedStream();
    for (let put = 0; put < 1000; put += 1) stream.put("sensor-001", DATA);
    expect(() => stream.put("sensor-001", DATA)).toThrow(/Rate exceeded/);
    clock.now += 100;
    for (let put = 0; put < 100; put += 1) stream.put("sensor-001", DATA);
    expect(() => stream.put("sensor-001", DATA)).toThrow(/Rate exceeded/);
  });

  it("gives five reads a second to all readers of a shard together", async () => {
    const { stream, clock } = simulatedStream();
    const [shard] = stream.shards as [Shard];
    for (let read = 0; read < 5; read += 1) await stream.read(shard, 0, 100);
    await expect(stream.read(shard, 0, 100)).rejects.toThrow(/Rate exceeded/);
    clock.now += 200;
    await expect(stream.read(shard, 0, 100)).resolves.toMatchObject({ records: [] });
  });

  it("returns 10 MB at most, and refuses to read for the five seconds after", async () => {
    const { stream, clock } = simulatedStream();
    const data = Buffer.alloc(1_000_000).toString("base64");
    for (let put = 0; put < 12; put += 1) {
      stream.put("sensor-001", data);
      clock.now += 1000;
    }
    const shard = stream.shard("shardId-000000000001");
    const { records, nextPlace } = await stream.read(shard, 0, 10_000);
    expect(records.length).toBe(10);
    clock.now += 3500;
    await expect(stream.read(shard, nextPlace ?? 0, 10_000)).rejects.toThrow(/Rate exceeded/);
    clock.now += 1500;
    await expect(stream.read(shard, nextPlace ?? 0, 10_000)).resolves.toMatchObject({ millisBehindLatest: 0 });
  });

  it("says how far a page is from the tip", async () => {
    const { stream, clock } = simulatedStream();
    stream.put("sensor-001", DATA);
    clock.now += 5000;
    stream.put("sensor-001", DATA);
    clock.now += 1000;
    const shard = stream.shard("shardId-000000000001");
    expect(await stream.read(shard, 0, 1)).toMatchObject({ millisBehindLatest: 6000, nextPlace: 1 });
    expect(await stream.read(shard, 1, 1)).toMatchObject({ millisBehindLatest: 0, nextPlace: 2 });
    expect(await stream.read(shard, 2, 1)).toMatchObject({ records: [], millisBehindLatest: 0, nextPlace: 2 });
  });

  it.each([
    ["within one millisecond", 0],
    ["under a clock that is set back", -60_000],
  ])("says that a page is not at the tip where records follow it %s", async (_, ms) => {
    const { stream, clock } = simulatedStream();
    for (let put = 0; put < 3; put += 1) stream.put("sensor-001", DATA);
    clock.now += ms;
    const shard = stream.shard("shardId-000000000001");
    expect(await shard.read(0, 2, clock.now)).toMatchObject({ millisBehindLatest: 1, nextPlace: 2 });
    expect(await shard.read(2, 2, clock.now)).toMatchObject({ millisBehindLatest: 0, nextPlace: 3 });
  });

  it("forgets what is older than its retention, and no sooner", async () => {
    const { stream, clock } = simulatedStream();
    const shard = stream.shard("shardId-000000000001");
    stream.put("sensor-001", DATA);
    clock.now += 24 * 3_600_000;
    expect((await stream.read(shard, 0, 10)).records).toHaveLength(1);
    clock.now += 1;
    expect(await stream.read(shard, 0, 10)).toMatchObject({ records: [], nextPlace: 1, millisBehindLatest: 0 });
  });

  it("keeps a shard in order where the clock is set back", () => {
    const { stream, clock } = simulatedStream();
    const first = stream.put("sensor-001", DATA);
    clock.now -= 60_000;
    expect(stream.put("sensor-001", DATA).arrivedAt).toBe(first.arrivedAt);
  });

  it.each([
    [4, 8],
    [4, 6],
    [4, 5],
    [4, 3],
    [4, 2],
    [5, 7],
    [3, 2],
    [1, 2],
    [2, 1],
  ])("is resized from %d to %d shards of the same size", (from, to) => {
    const { stream, settle } = simulatedStream({ shardCount: from });
    stream.resize(to);
    expect(stream.status).toBe("UPDATING");
    settle();
    expect(stream.status).toBe("ACTIVE");
    expect(boundaries(stream)).toEqual(boundaries(simulatedStream({ shardCount: to }).stream));
  });

  it.each([
    [4, 9, "from 4 open shards it goes to 8 at most, got 9"],
    [4, 1, "from 4 open shards it goes to 2 at least, got 1"],
    [5, 2, "from 5 open shards it goes to 3 at least, got 2"],
  ])("is not resized from %d to %d at once", (from, to, why) => {
    const { stream } = simulatedStream({ shardCount: from });
    expect(() => stream.resize(to)).toThrow(`UpdateShardCount of stream iot-sensor-stream-dev is refused: ${why}`);
  });

  it("is resized ten times in 24 hours, and not an eleventh time", () => {
    const { stream, clock, settle } = simulatedStream({ shardCount: 2 });
    for (let time = 0; time < 10; time += 1) {
      stream.resize(time % 2 === 0 ? 3 : 2);
      settle();
    }
    expect(() => stream.resize(3)).toThrow(/10 times in 24 hours/);
    clock.now += 86_400_000;
    expect(() => stream.resize(3)).not.toThrow();
  });

  it("is changed once at a time", () => {
    const { stream } = simulatedStream();
    stream.split("shardId-000000000000", 7n);
    expect(() => stream.split("shardId-000000000003", 7n)).toThrow(/not ACTIVE, instead in state UPDATING/);
  });

  it("drops a closed shard once its last record has expired", () => {
    const { stream, clock, settle } = simulatedStream();
    stream.split("shardId-000000000000", 7n);
    settle();
    expect(stream.shards).toHaveLength(6);
    clock.now += 24 * 3_600_000 + 1;
    expect(stream.shards.map(({ id }) => id)).not.toContain("shardId-000000000000");
  });

  it("covers every hash key once, and keeps a key's records in order along the lineage, whatever is split and merged", async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant("split" as const), at: fc.bigInt(0n, HASH_KEYS - 1n) }),
      fc.record({ kind: fc.constant("merge" as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant("put" as const), key: fc.integer({ min: 0, max: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), async (changes) => {
        const { stream, clock, settle } = simulatedStream({ shardCount: 2 });
        const sent = new Map<string, string[]>();
        for (const [index, step] of changes.entries()) {
          clock.now += 10;
          const open = [...stream.openShards].sort((a, b) => (a.args.range.start < b.args.range.start ? -1 : 1));
          if (step.kind === "put") {
            const key = `key-${step.key}`;
            stream.put(`${key}`, Buffer.from(String(index)).toString("base64"));
            sent.set(key, [...(sent.get(key) ?? []), String(index)]);
          } else if (step.kind === "split") {
            const shard = open.find(({ args: { range } }) => range.start < step.at && step.at <= range.end);
            if (shard) stream.split(shard.id, step.at);
          } else if (open.length > 1) {
            const first = step.pick % (open.length - 1);
            stream.merge(open[first]?.id ?? "", open[first + 1]?.id ?? "");
          }
          settle();
          const ranges = boundaries(stream);
          expect(ranges[0]?.[0]).toBe(0n);
          expect(ranges.at(-1)?.[1]).toBe(HASH_KEYS - 1n);
          for (const [place, [start]] of ranges.entries())
            if (place > 0) expect(start).toBe((ranges[place - 1]?.[1] ?? 0n) + 1n);
        }
        // Parents before children, which is the order of their numbers: each key's records come as they were put.
        const seen = new Map<string, string[]>();
        for (const shard of stream.shards) {
          const { records } = await shard.read(0, 10_000, clock.now + 60_000);
          for (const { partitionKey, data } of records)
            seen.set(partitionKey, [...(seen.get(partitionKey) ?? []), Buffer.from(data, "base64").toString()]);
        }
        expect(seen).toEqual(sent);
      }),
      { numRuns: 200 },
    );
  });

  it("ends a closed shard's reading where its children begin", async () => {
    const { stream, settle } = simulatedStream();
    stream.put("sensor-001", DATA);
    stream.split("shardId-000000000001", HASH_KEYS / 2n - 100n);
    settle();
    const parent = stream.shard("shardId-000000000001");
    expect(await readAll(parent)).toEqual(["sensor-001"]);
    expect(parent.children.map(({ id }) => id)).toEqual(["shardId-000000000004", "shardId-000000000005"]);
    expect(BigInt(parent.endingSequenceNumber ?? 0)).toBeLessThan(
      BigInt(parent.children[0]?.startingSequenceNumber ?? 0),
    );
  });
});
