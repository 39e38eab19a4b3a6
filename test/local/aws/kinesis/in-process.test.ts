import { describe, expect, it } from "vitest";
import { putRecordTo } from "../../../../local/aws/kinesis/in-process";
import { FaultBoard } from "../../../../local/faults/endpoint-faults";
import { simulatedStream } from "./simulated-stream";

const put = putRecordTo(simulatedStream().stream, { faults: new FaultBoard(() => 0), random: () => 0 });

describe("PutRecord of the rule's action", () => {
  it.each([1, 256])("takes a partition key of %i characters", async (length) => {
    expect(await put(Buffer.from("x"), "é".repeat(length))).toMatchObject({ partitionKey: "é".repeat(length) });
  });

  it.each([0, 257])("refuses a partition key of %i characters", async (length) => {
    await expect(put(Buffer.from("x"), "é".repeat(length))).rejects.toThrow(
      `"partitionKey" must have 1 to 256 characters, got ${length}`,
    );
  });
});
