import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamRecord } from "../../contract/stream-record";
import { assess } from "../../lambda/processor/assess";
import { readSettings } from "../../lambda/reading/settings";
import { type HotItem, readingsInOrder, type StoredReading } from "../../stores/unpacked";
import type { Item } from "../helpers/fake-aws";
import { ARRIVED_AT, kinesisRecord } from "../helpers/kinesis-records";
import { plain } from "../helpers/packed";

const SETTINGS = readSettings({ DYNAMODB_TABLE: "t", S3_BUCKET: "b" });
const T = ARRIVED_AT - 10_000_000;

interface Sent {
  readonly sensorType: string;
  readonly at: number;
  readonly value: number;
}

/** The table after these messages, which arrive one after the other; each is written once or again. */
function tableOf(messages: readonly { readonly entries: readonly Sent[]; readonly repeats: boolean }[]): HotItem[] {
  const table = new Map<string, HotItem>();
  messages.forEach(({ entries, repeats }, place) => {
    const readings = entries.map(({ at, ...rest }) => ({ ...rest, timestamp: T + at }));
    const payload =
      readings.length === 1 ? { deviceId: "d", ...readings[0] } : { deviceId: "d", readings, metadata: { place } };
    const record = kinesisRecord(place, payload, { partitionKey: "d", arrivedAt: ARRIVED_AT + place });
    for (let time = 0; time < (repeats ? 2 : 1); time += 1) {
      const accepted = assess(streamRecord(record), SETTINGS, ARRIVED_AT + time);
      if (!accepted.ok) throw new Error(accepted.detail);
      for (const { range, item } of accepted.items) table.set(range, plain(JSON.parse(item.toString()) as Item));
    }
  });
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

async function shown(items: readonly HotItem[], newestFirst: boolean): Promise<StoredReading[]> {
  const found: StoredReading[] = [];
  const each = (async function* () {
    yield* newestFirst ? [...items].reverse() : items;
  })();
  for await (const reading of readingsInOrder(each, newestFirst)) found.push(reading);
  return found;
}

const ENTRY = fc.record({
  sensorType: fc.constantFrom("temperature", "vibração"),
  // Few times, so that ranges overlap; some of them hours apart.
  at: fc.oneof(
    fc.nat(6).map((step) => step * 1000),
    fc.nat(20).map((step) => step * 100_000),
  ),
  value: fc.integer({ min: -50, max: 150 }),
});
const MESSAGE = fc.record({
  entries: fc.uniqueArray(ENTRY, {
    minLength: 1,
    maxLength: 12,
    selector: ({ sensorType, at }) => `${sensorType} ${at}`,
  }),
  repeats: fc.boolean(),
});

describe("what a reader shows of any history", () => {
  it.each([false, true])(
    "is each (device, type, time) once, the one that arrived last, in order (newest first: %s)",
    async (newestFirst) => {
      await fc.assert(
        fc.asyncProperty(fc.array(MESSAGE, { minLength: 1, maxLength: 12 }), async (messages) => {
          const model = new Map<string, number>();
          for (const { entries } of messages)
            for (const { sensorType, at, value } of entries) model.set(`${T + at} ${sensorType}`, value);
          const found = await shown(tableOf(messages), newestFirst);
          const times = found.map(({ timestamp }) => timestamp);
          expect(times).toEqual([...times].sort((a, b) => (newestFirst ? b - a : a - b)));
          expect(found).toHaveLength(model.size);
          expect(
            new Map(found.map(({ timestamp, sensorType, value }) => [`${timestamp} ${sensorType}`, value])),
          ).toEqual(model);
        }),
        { numRuns: 300 },
      );
    },
  );

  it("marks the anomalies of a packed item, and gives each reading its own key and the shared metadata", async () => {
    const items = tableOf([
      { entries: [-5, 50, 101].map((value, at) => ({ sensorType: "temperature", at, value })), repeats: false },
    ]);
    expect(await shown(items, false)).toEqual(
      [-5, 50, 101].map((value, at) => ({
        deviceId: "d",
        sensorType: "temperature",
        key: `${T + at}#temperature`,
        timestamp: T + at,
        value,
        isAnomaly: value !== 50,
        arrivedAt: ARRIVED_AT,
        metadata: { place: 0 },
      })),
    );
  });
});
