import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { AwsClientStub } from "aws-sdk-client-mock";
import type { Io } from "../../cli/kit/terminal";
import { replay } from "../../cli/replay/replay";
import { recordingIo } from "./recording-io";

export const STREAM_ARN = "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev";
export const FUNCTION = "iot-sensor-processor-dev";
export const BUCKET = "archive";
const outputsFile = path.join(mkdtempSync(path.join(tmpdir(), "replay-")), "outputs.json");
writeFileSync(
  outputsFile,
  JSON.stringify({
    region: "sa-east-1",
    s3_bucket_name: BUCKET,
    lambda_function_name: FUNCTION,
    kinesis_stream_arn: STREAM_ARN,
    rule_error_log: "/aws/iot/rules/dev",
  }),
);

/** How `iot replay` ended. */
export interface Replayed {
  readonly status: number;
  readonly result: Record<string, unknown>;
  readonly notes: readonly string[];
}

/** `iot replay <words> --json` on a deployed stack. */
export async function runReplay(words: string, signal?: AbortSignal): Promise<Replayed> {
  const io = recordingIo({ signal });
  const status = await replayOn(io, words);
  return { status, result: JSON.parse(io.results.join("\n")), notes: io.notes };
}

/** `iot replay <words> --json` on a deployed stack, which may end with an error. */
export function replayOn(io: Io, words: string): Promise<number> {
  return replay.run([...words.split(" "), "--outputs", outputsFile, "--json"], io);
}

/** A result's counts: those that are given, and 0 for the others. */
export function counts(given: object): object {
  return { records: 0, recovered: 0, rejected: 0, superseded: 0, failed: 0, unusable: 0, replayedBefore: 0, ...given };
}

/** Answers for S3 from these objects, and adds to them. */
export function bucketOf(s3: AwsClientStub<S3Client>, objects: Map<string, string>): void {
  s3.on(ListObjectsV2Command).callsFake(({ Prefix = "", StartAfter = "" }) => ({
    Contents: [...objects.keys()]
      .filter((key) => key.startsWith(Prefix) && key > StartAfter)
      .sort()
      .map((Key) => ({ Key })),
  }));
  s3.on(GetObjectCommand).callsFake(({ Key }) => ({ Body: { transformToString: async () => objects.get(Key) } }));
  s3.on(PutObjectCommand).callsFake(({ Key, Body }) => {
    objects.set(Key, Body);
    return {};
  });
}

/** The function's answer where it stored so many and set so many aside. */
export function answerOf(stored: number, rejected: number, batchItemFailures: readonly string[] = [], superseded = 0) {
  const counts = { ProcessedRecords: stored, RejectedRecords: rejected, SupersededReadings: superseded };
  const line = JSON.stringify({ _aws: {}, ...counts });
  return {
    StatusCode: 200,
    LogResult: Buffer.from(`START RequestId: 1\n${line}\nEND RequestId: 1\n`).toString("base64"),
    Payload: bytes({ batchItemFailures: batchItemFailures.map((itemIdentifier) => ({ itemIdentifier })) }),
  };
}

/** A payload as the SDK has it. */
export function bytes(value: unknown) {
  const text = JSON.stringify(value);
  return Object.assign(new Uint8Array(Buffer.from(text)), { transformToString: () => text });
}
