import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { AwsClientStub } from "aws-sdk-client-mock";
import type { RejectedLine, RejectReason } from "../../contract/rejected";

/** The archive's first moment, milliseconds since the epoch. */
export const T = Date.parse("2026-01-31T08:59:00Z");

/** A rejected record that arrived as many seconds after `T` as its sequence number. */
export const line = (
  sequence: number,
  reason: RejectReason = "not_json",
  partitionKey = "sensor-001",
): RejectedLine => ({
  reason,
  detail: "why",
  shardId: "shardId-0",
  sequenceNumber: String(sequence),
  partitionKey,
  arrivedAt: T + sequence * 1000,
  data: Buffer.from("x").toString("base64"),
});

const OBJECTS: Readonly<Record<string, readonly RejectedLine[]>> = {
  "rejected/2026/01/31/08/shardId-0-1-90.jsonl": [line(1), line(9, "value_missing", "sensor-002"), line(90)],
  // A part of the same batch again after a crash, under the hour of the record that it now began with.
  "rejected/2026/01/31/09/shardId-0-90-100.jsonl": [line(90), line(100)],
};

/** The keys of the archive's objects. */
export const keys = Object.keys(OBJECTS);

/** All records of the archive. */
export const everything = { from: T, until: Number.POSITIVE_INFINITY };

/** Answers for S3 with the archive. */
export function answerWithArchive(s3: AwsClientStub<S3Client>): void {
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({ Contents: keys.map((Key) => ({ Key })) });
  s3.on(GetObjectCommand).callsFake(({ Key }) => ({
    Body: { transformToString: async () => (OBJECTS[Key] ?? []).map((each) => `${JSON.stringify(each)}\n`).join("") },
  }));
}
