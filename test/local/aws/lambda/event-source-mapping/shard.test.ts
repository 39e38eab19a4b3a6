import { describe, expect, it } from "vitest";
import type { StreamRecord } from "../../../../../contract/stream-record";
import { readerOf } from "../../../../../local/aws/kinesis/in-process";
import type { KinesisReader } from "../../../../../local/aws/kinesis/kinesis-reader";
import { Shard } from "../../../../../local/aws/lambda/event-source-mapping/shard";
import { StreamReader } from "../../../../../local/aws/lambda/event-source-mapping/stream-reader";
import { FaultBoard } from "../../../../../local/faults/endpoint-faults";
import { simulatedStream } from "../../kinesis/simulated-stream";
import { START, VirtualTime } from "./simulation";

const never = new AbortController().signal;
const random = () => 0.5;
const DATA = Buffer.from("reading").toString("base64");
const error = (name: string) => Object.assign(new Error("no"), { name });

describe("StreamReader", () => {
  it("goes on with the children of a closed shard that expires before it is read to its end", async () => {
    const time = new VirtualTime();
    const { stream } = simulatedStream({
      shardCount: 1,
      retentionHours: 1 / 60,
      now: () => time.now,
      later: (ms, then) => void time.sleep(ms, never).then(then),
    });
    const reader = readerOf(stream, { faults: new FaultBoard(random), random });
    const kinesis: KinesisReader = {
      ...reader,
      getRecords: async (...args) => {
        if (time.now < START + 120_000) throw new Error("no answer");
        return reader.getRecords(...args);
      },
    };
    const read: StreamRecord[] = [];
    const stop = new AbortController();
    const streamReader = new StreamReader(
      { kinesis, sleep: (ms, signal) => time.sleep(ms, signal) },
      { polled: 0 },
      stop.signal,
      () => ({ sinks: [{ pending: 0, push: (record) => read.push(record) }], idle: async () => {} }),
    );
    streamReader.start();
    stream.put("expires", DATA);
    stream.split("shardId-000000000000", 7n);
    await time.until(time.sleep(100_000, never));
    stream.put("of a child", DATA);
    await time.until(time.sleep(30_000, never));
    stop.abort();
    await time.until(streamReader.stopped());
    expect(read.map(({ partitionKey }) => partitionKey)).toEqual(["of a child"]);
  });
});

describe("Shard", () => {
  it.each([
    ["ResourceNotFoundException", "getIterator", true],
    ["ResourceNotFoundException", "getRecords", true],
    ["ExpiredIteratorException", "getRecords", false],
    ["ProvisionedThroughputExceededException", "getRecords", false],
  ])("at a %s of %s, has ended: %s", async (name, call, hasEnded) => {
    const stop = new AbortController();
    const kinesis: KinesisReader = {
      listShards: async () => [],
      getIterator: async () => "iterator",
      getRecords: async () => ({ records: [], nextIterator: "next", millisBehindLatest: 0 }),
      [call]: async () => {
        throw error(name);
      },
    };
    const shard = new Shard("shard-0", [], { kinesis, sleep: async () => stop.abort() }, { polled: 0 }, stop.signal);
    await shard.poll();
    expect(shard.isClosed).toBe(hasEnded);
  });
});
