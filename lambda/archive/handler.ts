import type { FirehoseTransformationEvent, FirehoseTransformationResult } from "aws-lambda";
import { readRules } from "../environment";
import { transform } from "./transform";

const rules = readRules(process.env);

/** Entry point of the archive's transform function: a buffer of the stream's records, on its way to Parquet. */
export async function handler(event: FirehoseTransformationEvent): Promise<FirehoseTransformationResult> {
  const startedAt = performance.now();
  const { records, ...counts } = transform(event, rules);
  const durationMs = Math.round(performance.now() - startedAt);
  process.stdout.write(`${JSON.stringify({ records: records.length, ...counts, durationMs })}\n`);
  return { records };
}
