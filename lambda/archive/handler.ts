import type {
  FirehoseTransformationEvent,
  FirehoseTransformationEventRecord,
  FirehoseTransformationResult,
} from "aws-lambda";
import { ARCHIVE_METRIC } from "../../contract/metrics";
import { embeddedMetricsLine } from "../embedded-metrics";
import { shapeOf } from "../reading/kinesis-batch";
import { environmentIn, readRules } from "../reading/settings";
import { transform } from "./transform";

const rules = readRules(process.env);
const environment = environmentIn(process.env);

/** Entry point of the archive's transform function: a buffer of the stream's records, on its way to Parquet. */
export async function handler(event: FirehoseTransformationEvent): Promise<FirehoseTransformationResult> {
  if (!isTransformation(event))
    throw new Error(
      `"event" must be Firehose's, with a "deliveryStreamArn" and a list "records", each with "recordId" and "data", got ${shapeOf(event)}. Fix: let the delivery stream invoke this function`,
    );
  const startedAt = performance.now();
  const { records, ...counts } = transform(event, rules);
  const durationMs = Math.round(performance.now() - startedAt);
  const failed = counts.oversized + counts.unidentified;
  const facts = { records: records.length, ...counts, durationMs };
  process.stdout.write(
    failed === 0
      ? `${JSON.stringify(facts)}\n`
      : embeddedMetricsLine(environment, Date.now(), { [ARCHIVE_METRIC.failed]: failed }, facts),
  );
  return { records };
}

/** https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
function isTransformation(event: Partial<FirehoseTransformationEvent> | null | undefined): boolean {
  return typeof event?.deliveryStreamArn === "string" && Array.isArray(event.records) && event.records.every(isRecord);
}

function isRecord(record: Partial<FirehoseTransformationEventRecord> | null): boolean {
  return typeof record?.recordId === "string" && typeof record.data === "string";
}
