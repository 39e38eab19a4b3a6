import { afterEach, describe, expect, it } from "vitest";
import type { StreamRecord } from "../../../../contract/stream-record";
import {
  type DeliveryDeps,
  type DeliverySettings,
  DeliveryStream,
} from "../../../../local/aws/firehose/delivery-stream";
import type { Row } from "../../../../local/aws/firehose/row";

const ARRIVED = Date.UTC(2026, 0, 2, 3, 59, 59);
const SETTINGS: DeliverySettings = {
  name: "archive",
  arn: "arn:aws:firehose:sa-east-1:123456789012:deliverystream/archive",
  streamArn: "arn:aws:kinesis:sa-east-1:123456789012:stream/readings",
  region: "sa-east-1",
  bucket: "bucket",
  prefix: "readings/!{timestamp:yyyy/MM/dd/HH}/",
  errorPrefix: "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/",
  bufferBytes: 1_000_000,
  bufferMs: 900_000,
  transform: { functionArn: "arn:f", bufferBytes: 1_000_000, bufferMs: 60_000, retries: 2 },
  catalog: {
    database: "iot",
    table: "readings",
    columns: [
      { name: "device_id", type: "string" },
      { name: "value", type: "double" },
    ],
    partitionKeys: [],
  },
};

const base64 = (text: string) => Buffer.from(text).toString("base64");
const record = (at: number, data = `{"device_id":"d","value":${at}}`): StreamRecord => ({
  shardId: "shardId-000000000000",
  sequenceNumber: String(at),
  partitionKey: "d",
  data: base64(data),
  arrivedAt: ARRIVED + at * 1000,
});

type Event = { records: { recordId: string; data: string }[] };
const passOn = (event: unknown) => ({
  ok: true as const,
  payload: { records: (event as Event).records.map(({ recordId, data }) => ({ recordId, data, result: "Ok" })) },
});

const started: DeliveryStream[] = [];
afterEach(() => Promise.all(started.splice(0).map((stream) => stream.stop())));

/** A delivery stream over one shard that holds these records, with a clock of its own; encodes rows as JSON. */
async function deliver(
  records: readonly StreamRecord[],
  settings: Partial<DeliverySettings>,
  deps: Partial<DeliveryDeps>,
) {
  const objects = new Map<string, unknown>();
  const clock = { now: ARRIVED, elapsed: 0 };
  const events: Event[] = [];
  const invoke = deps.invoke ?? (async (event) => passOn(event));
  const stream = new DeliveryStream(
    { ...SETTINGS, ...settings },
    {
      kinesis: {
        listShards: async () => [{ shardId: "shardId-000000000000", parents: [] }],
        getIterator: async (_, after) => (after === undefined ? "start" : "end"),
        getRecords: async (_, iterator) => ({
          records: iterator === "start" ? records : [],
          nextIterator: "end",
          millisBehindLatest: 0,
        }),
      },
      putObject: async (_, key, body) => {
        objects.set(
          key,
          typeof body === "string"
            ? body
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line))
            : JSON.parse(Buffer.from(body).toString()),
        );
      },
      beginObject: () => {
        const rows: Row[] = [];
        return { add: (row) => rows.push(row), finish: () => Buffer.from(JSON.stringify(rows)) };
      },
      now: () => clock.now,
      elapsed: () => clock.elapsed,
      randomId: () => "random",
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))),
      ...deps,
      invoke: (event) => {
        events.push(event as Event);
        return invoke(event);
      },
    },
  );
  started.push(stream);
  await stream.start();
  return { stream, objects, events, clock };
}

const until = async (test: () => boolean) => {
  for (const end = Date.now() + 5000; !test(); ) {
    if (Date.now() > end) throw new Error("did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

describe("DeliveryStream", () => {
  it("is drained of what has come, however much keeps coming", async () => {
    let next = 0;
    const kinesis: DeliveryDeps["kinesis"] = {
      listShards: async () => [{ shardId: "shardId-000000000000", parents: [] }],
      getIterator: async () => "always",
      getRecords: async () => ({ records: [record(next++)], nextIterator: "always", millisBehindLatest: 0 }),
    };
    const { stream, objects } = await deliver([], {}, { kinesis });
    await until(() => next > 3);
    await stream.drained();
    const rows = [...objects.values()].flat();
    expect(rows.slice(0, 3)).toEqual([
      ["d", 0],
      ["d", 1],
      ["d", 2],
    ]);
  });

  it("writes one object when drained, under the hour of its oldest record", async () => {
    const { stream, objects, events } = await deliver([record(0), record(5)], {}, {});
    await stream.drained();
    expect([...objects]).toEqual([
      [
        "readings/2026/01/02/03/archive-1-2026-01-02-03-59-59-random.parquet",
        [
          ["d", 0],
          ["d", 5],
        ],
      ],
    ]);
    expect(events).toEqual([
      {
        invocationId: "random",
        deliveryStreamArn: SETTINGS.arn,
        sourceKinesisStreamArn: SETTINGS.streamArn,
        region: "sa-east-1",
        records: [record(0), record(5)].map(({ shardId, sequenceNumber, partitionKey, data, arrivedAt }) => ({
          recordId: `${shardId}:${sequenceNumber}`,
          approximateArrivalTimestamp: arrivedAt,
          data,
          kinesisRecordMetadata: {
            shardId,
            partitionKey,
            approximateArrivalTimestamp: arrivedAt,
            sequenceNumber,
            subsequenceNumber: 0,
          },
        })),
      },
    ]);
  });

  it("waits for the transform's interval, then for the object's", async () => {
    const { objects, events, clock } = await deliver([record(0)], {}, {});
    // It is set back meanwhile, which must not make the wait longer.
    clock.now -= 3_600_000;
    clock.elapsed += 59_999;
    await settle();
    expect(events).toEqual([]);
    clock.elapsed += 60_000;
    await until(() => events.length === 1);
    await settle();
    expect(objects.size).toBe(0);
    clock.elapsed += 900_000;
    await until(() => objects.size === 1);
  });

  it("does not wait where the size is reached, and cuts invocations to it", async () => {
    const bytes = record(1).data.length;
    const small = { bufferBytes: 10, transform: { ...SETTINGS.transform, bufferBytes: bytes } };
    const { objects, events } = await deliver([record(1), record(2)], small, {});
    await until(() => objects.size > 0);
    expect(events.map(({ records }) => records.length)).toEqual([1, 1]);
  });

  it("sets aside what the function fails, and leaves out what it drops", async () => {
    const invoke: DeliveryDeps["invoke"] = async (event) => {
      const [first, second, third] = (event as Event).records;
      const records = [
        { ...first, result: "ProcessingFailed" },
        { ...second, result: "Dropped" },
        { ...third, result: "Ok" },
      ];
      return { ok: true, payload: { records } };
    };
    const { stream, objects } = await deliver([record(0), record(1), record(2)], {}, { invoke });
    await stream.drained();
    expect([...objects.keys()]).toEqual([
      "readings/2026/01/02/04/archive-1-2026-01-02-04-00-01-random.parquet",
      "firehose-errors/processing-failed/2026/01/02/archive-1-2026-01-02-03-59-59-random",
    ]);
    expect([...objects.values()]).toMatchObject([
      [["d", 2]],
      [{ errorCode: "Lambda.ProcessingFailedStatus", rawData: record(0).data, sequenceNumber: "0" }],
    ]);
  });

  it("sets aside what does not fit the table", async () => {
    const { stream, objects } = await deliver([record(0, '{"value":"x"}')], {}, {});
    await stream.drained();
    expect([...objects]).toMatchObject([
      [
        "firehose-errors/format-conversion-failed/2026/01/02/archive-1-2026-01-02-03-59-59-random",
        [
          {
            attemptsMade: 1,
            lastErrorCode: "DataFormatConversion.MalformedData",
            lastErrorMessage: '"value" must be double, got string',
            rawData: base64('{"value":"x"}'),
            dataCatalogTable: { databaseName: "iot", tableName: "readings", region: "sa-east-1" },
          },
        ],
      ],
    ]);
  });

  it("invokes again as often as declared, then sets everything aside", async () => {
    const invoke: DeliveryDeps["invoke"] = async () => ({ ok: false, errorType: "Error", errorMessage: "broken" });
    const { stream, objects, events } = await deliver([record(0)], {}, { invoke });
    await stream.drained();
    expect(events.length).toBe(3);
    expect([...objects.values()]).toMatchObject([
      [{ attemptsMade: 3, errorCode: "Lambda.FunctionError", errorMessage: "Error: broken", lambdaARN: "arn:f" }],
    ]);
  });

  it.each([
    ["no records", () => undefined, "Lambda.MissingRecordId"],
    ["no answer for the record", () => [], "Lambda.MissingRecordId"],
    ["a record without data", (id: string) => [{ recordId: id, result: "Ok" }], "Lambda.InvalidReturnFormat"],
    ["another result", (id: string) => [{ recordId: id, result: "Done", data: "" }], "Lambda.InvalidReturnFormat"],
    [
      "a record twice",
      (id: string) => [0, 1].map(() => ({ recordId: id, result: "Ok", data: "" })),
      "Lambda.DuplicatedRecordId",
    ],
  ])("sets a record aside after one attempt where the function answers with %s", async (_what, answer, errorCode) => {
    const invoke: DeliveryDeps["invoke"] = async (event) => ({
      ok: true,
      payload: { records: answer((event as Event).records[0]?.recordId ?? "") },
    });
    const { stream, objects, events } = await deliver([record(0)], {}, { invoke });
    await stream.drained();
    expect(events.length).toBe(1);
    expect([...objects.values()]).toMatchObject([[{ attemptsMade: 1, errorCode, rawData: record(0).data }]]);
  });

  it("puts an object until it is taken", async () => {
    let tries = 0;
    const putObject = async () => {
      tries += 1;
      if (tries < 4) throw new Error("503");
    };
    const { stream } = await deliver([record(0)], {}, { putObject });
    await stream.drained();
    expect(tries).toBe(4);
  });
});
