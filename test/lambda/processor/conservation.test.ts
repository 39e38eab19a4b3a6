import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws } from "../../helpers/fake-aws";
import { ARRIVED_AT, kinesisRecord, payload } from "../../helpers/kinesis-records";
import { processorOn } from "../../helpers/processor";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

describe("an invocation whose readings share identities", () => {
  it("counts received = stored + superseded + rejected + handed back, and keeps one item an identity", async () => {
    const entry = fc.record({ time: fc.nat(3), value: fc.constantFrom(1, 20, 150), isBad: fc.boolean() });
    const law = fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (entries, s3) => {
        fake.items.clear();
        fake.s3.fault = () => (s3 ? undefined : { kind: "status", status: 403, code: "AccessDenied" });
        const records = entries.map(({ time, value, isBad }, place) =>
          kinesisRecord(place, isBad ? "not json" : payload({ value, timestamp: ARRIVED_AT - time })),
        );
        const { line, checkpoint } = await processorOn(fake)(records);
        const done = entries.slice(0, checkpoint).filter(({ isBad }) => !isBad);
        const { ProcessedRecords, SupersededReadings, RejectedRecords, handedBack } = line;
        expect(RejectedRecords).toBe(checkpoint - done.length);
        expect(Number(ProcessedRecords) + Number(SupersededReadings)).toBe(done.length);
        expect(Number(handedBack)).toBe(records.length - checkpoint);
        if (s3) expect(ProcessedRecords).toBe(fake.items.size);
      },
    );
    await fc.assert(law, { numRuns: 60 });
  });
});
