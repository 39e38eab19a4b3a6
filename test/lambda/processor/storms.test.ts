import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws } from "../../helpers/fake-aws";
import { goodPayload, kinesisRecord } from "../../helpers/kinesis-records";
import { processorOn, rejectedLines } from "../../helpers/processor";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

const records = (count: number, payload: (place: number) => unknown) =>
  Array.from({ length: count }, (_, place) => kinesisRecord(place, payload(place)));

describe("a storm", () => {
  it("of 10,000 readings is stored with at most eight calls in flight", async () => {
    const { checkpoint } = await processorOn(fake)(records(10_000, goodPayload));
    expect(checkpoint).toBe(10_000);
    expect(fake.items.size).toBe(10_000);
    expect(fake.dynamodb.maxInFlight).toBeLessThanOrEqual(8);
  });

  it("of 5,000 poison records is set aside as one object", async () => {
    const { checkpoint, line } = await processorOn(fake)(records(5_000, (place) => `poison ${place}`));
    expect(checkpoint).toBe(5_000);
    expect(fake.objects.size).toBe(1);
    expect(new Set(rejectedLines(fake).map(({ sequenceNumber }) => sequenceNumber)).size).toBe(5_000);
    expect(line).toMatchObject({ RejectedRecords: 5_000, rejectedReasons: { not_json: 5_000 } });
  });

  it("of anomalies is kept with at most sixteen puts in flight", async () => {
    const { checkpoint, line } = await processorOn(fake)(
      records(1_000, (place) => ({ ...goodPayload(place), value: 1e6 })),
    );
    expect(checkpoint).toBe(1_000);
    expect(fake.objects.size).toBe(1_000);
    expect(fake.s3.maxInFlight).toBeLessThanOrEqual(16);
    expect(line).toMatchObject({ ProcessedRecords: 1_000, AnomaliesDetected: 1_000 });
  });
});

describe("what the bill is made of", () => {
  /** DynamoDB rounds each item up to 1 KB, in the table and again in the index that holds all attributes. */
  const writeUnits = () =>
    [...fake.items.values()].reduce((sum, item) => sum + 2 * Math.ceil(JSON.stringify(item).length / 1024), 0);

  it("is two write units a reading, four calls for a hundred, and one short log line", async () => {
    const { lines } = await processorOn(fake)(records(100, goodPayload));
    expect(writeUnits()).toBe(200);
    expect(fake.dynamodb.requests).toBe(4);
    expect(fake.s3.requests).toBe(0);
    expect(lines.join("").length).toBeLessThan(800);
  });

  it("is one PUT for each anomaly, and one for all that is set aside", async () => {
    const mixed = records(100, (place) =>
      place < 10 ? { ...goodPayload(place), value: 999 } : place < 20 ? "poison" : goodPayload(place),
    );
    await processorOn(fake)(mixed);
    expect(fake.s3.requests).toBe(11);
  });
});
