import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws } from "../helpers/fake-aws";
import { kinesisRecord } from "../helpers/kinesis-records";
import { readingsIn } from "../helpers/packed";
import { processorOn, rejectedLines } from "../helpers/processor";

const PAGE = readFileSync(path.resolve(__dirname, "../../docs/messages.md"), "utf8");
/** The page's examples: messages of one reading, of many, and in SenML, and a line of `rejected/`. */
const [MESSAGE, LIST, SENML, LINE] = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) =>
  JSON.parse(json),
);

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

describe("docs/messages.md", () => {
  it("shows a message that is stored", async () => {
    await processorOn(fake)([kinesisRecord(0, MESSAGE)]);
    expect(fake.items.size).toBe(1);
  });

  it.each([
    [LIST, ["pressure 1767225600000 3.1", "temperature 1767225600000 25.5", "temperature 1767225601000 25.7"]],
    [SENML, ["temperature 1767225600000 25.5", "temperature 1767225601000 25.7"]],
  ])("shows messages of many readings that are stored", async (message, readings) => {
    await processorOn(fake)([kinesisRecord(0, message, { partitionKey: "pump-7" })]);
    const stored = [...fake.items.values()].flatMap(readingsIn);
    expect(stored.map(({ sensorType, timestamp, value }) => `${sensorType} ${timestamp} ${value}`).sort()).toEqual(
      readings,
    );
    expect(rejectedLines(fake)).toEqual([]);
  });

  it("shows the line that a rejected record becomes", async () => {
    const { shardId, sequenceNumber, partitionKey, arrivedAt, data } = LINE;
    const record = kinesisRecord(0, Buffer.from(data, "base64"), { partitionKey, arrivedAt });
    const kinesis = { ...record.kinesis, sequenceNumber };
    await processorOn(fake)([{ ...record, eventID: `${shardId}:${sequenceNumber}`, kinesis }]);
    expect(rejectedLines(fake)).toEqual([LINE]);
  });
});
