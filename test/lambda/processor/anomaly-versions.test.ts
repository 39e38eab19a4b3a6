import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws } from "../../helpers/fake-aws";
import { ARRIVED_AT, kinesisRecord, payload, sequenceNumber } from "../../helpers/kinesis-records";
import { processorOn } from "../../helpers/processor";

const OBJECT = `anomalies/sensor-001/${ARRIVED_AT - 1000}-temperature.json`;
const bodyOf = (value: number) => JSON.stringify(payload({ value }));
const batchOf = (...values: number[]) => values.map((value, i) => kinesisRecord(i, payload({ value })));

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

describe("the payload of a superseded anomaly", () => {
  it("stays as an earlier version of its object, and the last one's is the current", async () => {
    const { line } = await processorOn(fake)(batchOf(150, 160, 170));
    const versions = fake.versions.get(OBJECT) ?? [];
    expect([...versions].sort()).toEqual([150, 160, 170].map(bodyOf));
    expect(versions.at(-1)).toBe(bodyOf(170));
    expect(line).toMatchObject({ ProcessedRecords: 1, AnomaliesDetected: 1, SupersededReadings: 2 });
  });

  it("stays an earlier version where the first try to write it fails", async () => {
    fake.s3.fault = (request) => (request < 3 ? { kind: "status", status: 503, code: "SlowDown" } : undefined);
    await processorOn(fake)(batchOf(150, 160));
    expect(fake.versions.get(OBJECT)).toEqual([bodyOf(150), bodyOf(160)]);
  });

  it("stays the current one where the reading that counts is no anomaly", async () => {
    const { line } = await processorOn(fake)(batchOf(150, 20));
    expect(fake.versions.get(OBJECT)).toEqual([bodyOf(150)]);
    expect([...fake.items.values()].map(({ value, isAnomaly }) => [value?.N, isAnomaly?.BOOL])).toEqual([
      ["20", false],
    ]);
    expect(line).toMatchObject({ ProcessedRecords: 1, AnomaliesDetected: 0, SupersededReadings: 1 });
  });

  it("is written once where the same message comes again", async () => {
    await processorOn(fake)(batchOf(150, 150, 150));
    expect(fake.versions.get(OBJECT)).toEqual([bodyOf(150)]);
  });

  it("is handed back with all behind it where it cannot be written", async () => {
    fake.s3.fault = () => ({ kind: "status", status: 403, code: "AccessDenied" });
    const { response, line } = await processorOn(fake)([
      kinesisRecord(9, payload({ sensorType: "pressure" })),
      ...batchOf(150, 160),
    ]);
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(0) }] });
    expect(line).toMatchObject({ records: 3, ProcessedRecords: 1, SupersededReadings: 0, handedBack: 2 });
  });
});
