import { S3Client } from "@aws-sdk/client-s3";
import { REJECT_REASONS } from "../../contract/rejected";
import type { Filter } from "../../stores/rejected-records";
import { optional, type Values, withDefault } from "../kit/options";
import { clientConfig, TARGET_OPTIONS, type TargetValues, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { periodOf } from "../kit/time";
import { UnreadableObjects } from "../kit/unreadable-objects";
import { oneOf, text, time } from "../kit/values";

/** The codes that a record is rejected with. */
export const REASON = oneOf("CODE", Object.keys(REJECT_REASONS), 'a code that "npx iot rejected --help" lists');

/** Options that say which rejected records. */
export const FILTER_OPTIONS = {
  since: withDefault(time, "24h", "arrived from then on"),
  until: optional(time, "arrived before then"),
  reason: optional(REASON, "rejected for this reason only"),
  device: optional(text("NAME", "a device's name"), "published by this device only"),
  ...TARGET_OPTIONS,
};

/**
 * The records that the options ask for.
 * @throws UsageError where the period ends before it begins
 */
export function filterOf({ since, until, reason, device }: Values<typeof FILTER_OPTIONS>): Filter {
  return { ...periodOf({ since, until }), reason, device };
}

/** The archive bucket of a stack, and a report of what in it cannot be read. */
export interface Archive {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly unreadable: UnreadableObjects;
}

/**
 * The archive of the stack that the options name.
 * @throws UsageError for a wrong value, Error with the fix
 */
export async function archiveOf(values: TargetValues, io: Io): Promise<Archive> {
  const target = await targetOf(values);
  const s3 = new S3Client(clientConfig(target));
  return { s3, bucket: target.output("s3_bucket_name"), unreadable: new UnreadableObjects(io.note) };
}
