import type { FirehoseTransformationEvent, FirehoseTransformationEventRecord } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../lambda/archive/handler";

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const eventOf = (...records: object[]) =>
  ({
    invocationId: "1",
    deliveryStreamArn: "arn",
    region: "sa-east-1",
    records: records as FirehoseTransformationEventRecord[],
  }) satisfies FirehoseTransformationEvent;
const data = Buffer.from("{}").toString("base64");
const kinesisRecordMetadata = {
  shardId: "shardId-000000000000",
  partitionKey: "a",
  approximateArrivalTimestamp: Date.parse("2026-01-01"),
  sequenceNumber: "1",
};

describe("the transform's log line", () => {
  it("is a metric where records cannot be archived, so that an alarm tells of them", async () => {
    await handler(eventOf({ recordId: "1", data }, { recordId: "2", data, kinesisRecordMetadata }));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "IoT/Manufacturing",
              Dimensions: [["Environment"]],
              Metrics: [{ Name: "ArchiveFailedRecords", Unit: "Count" }],
            },
          ],
        },
        Environment: "dev",
        ArchiveFailedRecords: 1,
        unidentified: 1,
        rejected: 1,
      }),
    ]);
  });

  it("is none where there are none: a metric that is never published costs nothing", async () => {
    await handler(eventOf({ recordId: "2", data, kinesisRecordMetadata }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("_aws");
  });
});
