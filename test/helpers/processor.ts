import type { KinesisStreamBatchResponse, KinesisStreamRecord } from "aws-lambda";
import type { RejectedLine } from "../../contract/rejected";
import { streamRecord } from "../../contract/stream-record";
import { AS_THEY_COME, type Manner } from "../../lambda/processor/invocation";
import { processBatch } from "../../lambda/processor/process-batch";
import { connectStores } from "../../lambda/processor/stores";
import { readSettings } from "../../lambda/reading/settings";
import type { FakeAws } from "./fake-aws";

/** What one invocation did, as its caller sees it. */
export interface Invocation {
  readonly response: KinesisStreamBatchResponse;
  /** The batch's log line. */
  readonly line: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  readonly tookMs: number;
  /** Place of the first record handed back; the number of records where none is. */
  readonly checkpoint: number;
}

/** The real processor, over real SDK clients, against a fake AWS. */
export function processorOn(
  fake: FakeAws,
): (records: readonly KinesisStreamRecord[], remainingMs?: number, manner?: Partial<Manner>) => Promise<Invocation> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: fake.endpoint,
    AWS_REGION: "sa-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  const settings = readSettings({ DYNAMODB_TABLE: "iot-sensor-data-dev", S3_BUCKET: "archive" });
  const stores = connectStores(settings);
  return async (records, remainingMs = 60_000, manner = {}) => {
    const lines: string[] = [];
    const startedAt = performance.now();
    const surroundings = { settings, stores, now: Date.now, log: (line: string) => lines.push(line) };
    const response = await processBatch(records.map(streamRecord), remainingMs, surroundings, {
      ...AS_THEY_COME,
      ...manner,
    });
    const failed = response.batchItemFailures[0]?.itemIdentifier;
    const place = records.findIndex(({ kinesis }) => kinesis.sequenceNumber === failed);
    return {
      response,
      line: JSON.parse(lines[0] ?? "{}"),
      lines,
      tookMs: performance.now() - startedAt,
      checkpoint: failed === undefined ? records.length : place,
    };
  };
}

/** Every line of every `rejected/` object. */
export function rejectedLines(fake: FakeAws): RejectedLine[] {
  return [...fake.objects]
    .filter(([key]) => key.startsWith("rejected/"))
    .flatMap(([, body]) => body.toString().trimEnd().split("\n"))
    .map((line) => JSON.parse(line) as RejectedLine);
}
