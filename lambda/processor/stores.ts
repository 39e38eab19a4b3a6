import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import type { Settings } from "../reading/settings";
import { ObjectWriter } from "./object-writer";
import { ReplayWriter } from "./replay-writer";
import { TableWriter } from "./table-writer";

/** A store that does not answer in this time is taken for hung; both usually answer in 20 ms. */
const REQUEST_TIMEOUT_MS = 3_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/** Where readings go. */
export interface Stores {
  readonly table: TableWriter;
  /** The same table, for records that come after others that arrived later. */
  readonly replayedTable: ReplayWriter;
  readonly objects: ObjectWriter;
}

/** The real ones. Region, credentials and `AWS_ENDPOINT_URL` are the SDK's to read. */
export function connectStores(settings: Settings, random: () => number = Math.random): Stores {
  const requestHandler = {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A response that begins and then hangs.
    socketTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  };
  const dynamodb = new DynamoDBClient({ requestHandler });
  const s3 = new S3Client({
    requestHandler,
    // S3 computes a checksum itself, and TLS protects the way there.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // One endpoint for all services has no host name for each bucket.
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL),
  });
  return {
    table: new TableWriter(dynamodb, settings.table, random),
    replayedTable: new ReplayWriter(dynamodb, settings.table, random),
    objects: new ObjectWriter(s3, settings.bucket, random),
  };
}
