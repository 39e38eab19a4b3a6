import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { FakeAws } from "../helpers/fake-aws";
import { kinesisRecord } from "../helpers/kinesis-records";
import { processorOn, rejectedLines } from "../helpers/processor";

const PAGE = readFileSync(path.resolve(__dirname, "../../docs/messages.md"), "utf8");
/** The page's examples: a message that is accepted, and a line of `rejected/`. */
const [MESSAGE, LINE] = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) => JSON.parse(json));

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

  it("shows the line that a rejected record becomes", async () => {
    const { shardId, sequenceNumber, partitionKey, arrivedAt, data } = LINE;
    const record = kinesisRecord(0, Buffer.from(data, "base64"), { partitionKey, arrivedAt });
    const kinesis = { ...record.kinesis, sequenceNumber };
    await processorOn(fake)([{ ...record, eventID: `${shardId}:${sequenceNumber}`, kinesis }]);
    expect(rejectedLines(fake)).toEqual([LINE]);
  });
});
