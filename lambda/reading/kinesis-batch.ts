import type { KinesisStreamRecord } from "aws-lambda";
import { isObject } from "../../contract/json";
import { isEventRecord } from "../../contract/stream-record";
import { describe } from "./rejection";

/**
 * The records of an event that Lambda's event source mapping made of a Kinesis batch.
 * @throws Error for any other event: ending as a success would hide that nothing was stored
 */
export function recordsOf(event: unknown): readonly KinesisStreamRecord[] {
  const records = isObject(event) ? event.Records : undefined;
  if (!Array.isArray(records))
    throw new Error(
      `"event" must be a batch of a Kinesis stream, with a list "Records", got ${shapeOf(event)}. ${FIX}`,
    );
  const other = records.find((record) => !isEventRecord(record));
  if (other !== undefined)
    throw new Error(
      `"event.Records" must be records of a Kinesis stream, got one of ${describe(sourceOf(other))}. ${FIX}`,
    );
  return records;
}

const FIX = "Fix: invoke this function by its event source mapping, or replay records with iot replay";

/** An event's own word for where it comes from. */
function sourceOf(record: unknown): unknown {
  return isObject(record) ? (record.eventSource ?? record.EventSource ?? "an unnamed source") : record;
}

/** What an event looks like, by the names of its fields: an operator recognises the service by them. */
export function shapeOf(event: unknown): string {
  if (!isObject(event)) return describe(event);
  const names = Object.keys(event);
  return names.length === 0 ? "an object without fields" : `an object with ${describe(names.slice(0, 5).join(", "))}`;
}
