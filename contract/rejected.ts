import type { StreamRecord } from "./stream-record";

/** Why a record can never be stored: every code that a `rejected/` line or the log can hold, and what it means. */
export const REJECT_REASONS = {
  empty_payload: "The payload has no bytes.",
  gzip_payload: "The payload is compressed with gzip.",
  aggregated_payload: "The payload is a record that the Kinesis Producer Library aggregated.",
  byte_order_mark: "The payload begins with a byte order mark, which JSON forbids.",
  not_utf8: "The payload is not UTF-8 text.",
  not_json: "The payload is text, but not JSON.",
  not_an_object: "The payload is JSON, but neither an object nor an array.",
  message_too_large: "A message of several readings is larger than 128 KB.",
  rows_too_large: "The message's readings, each with its metadata, would take more than 1.4 MB in the archive.",
  value_beside_readings: "There is a value beside readings.",
  readings_invalid: "readings is not a list.",
  readings_empty: "The list of readings is empty.",
  readings_too_many: "The message has more than 1,000 readings.",
  entry_invalid: "An entry of the list is not an object.",
  senml_base_invalid: "A base field of a SenML record (bn, bt, bu, bv, bver) has the wrong type.",
  senml_version_unsupported: "The SenML version (bver) is above 10.",
  senml_name_invalid: "The SenML name is not a device, a slash or colon, and a sensor type.",
  senml_value_unsupported: "The SenML record holds text, a boolean or data instead of a number.",
  senml_sum_unsupported: "The SenML record holds a sum.",
  senml_extension_unsupported:
    "The SenML record holds an unknown field that ends with _, which demands to be understood.",
  device_id_missing: "There is no deviceId.",
  device_id_invalid: "deviceId is not a thing's name.",
  device_id_spoofed: "deviceId names another device than the one that published.",
  sensor_type_missing: "There is no sensorType.",
  sensor_type_invalid:
    "sensorType is not a name of 1 to 64 visible characters in NFC, without # and without a blank at an end.",
  value_missing: "There is no value.",
  value_invalid: "value is not a number.",
  value_inexact: "value is an integer that a double does not hold, or too small for it to be more than 0.",
  value_out_of_range: "value is beyond what DynamoDB holds.",
  timestamp_invalid: "timestamp is not a whole number.",
  timestamp_out_of_range: "timestamp is not in milliseconds, or more than a day ahead of the arrival.",
  timestamp_repeated: "An earlier entry of the message has the same sensor type and time.",
  metadata_invalid:
    "metadata is not an object, or holds an empty key, broken text or a number beyond what DynamoDB holds.",
  metadata_too_deep: "metadata is nested deeper than DynamoDB allows.",
  item_too_large: "The item would be larger than DynamoDB allows.",
  refused_by_store: "DynamoDB refused this one item; the detail holds its message.",
} as const;

/** A key of `REJECT_REASONS`. */
export type RejectReason = keyof typeof REJECT_REASONS;

/** An entry of a message that can never be stored. */
export interface RejectedEntry {
  /** Its place in the message's list, from 0. */
  readonly index: number;
  /** Why, as a code. */
  readonly reason: RejectReason;
  /** Why, as a sentence. */
  readonly detail: string;
}

/** A line of a `rejected/` object: the record as it arrived, and why it is rejected. A crash can repeat a line. */
export interface RejectedLine extends StreamRecord {
  /** Why, as a code; of several entries, the first one's. */
  readonly reason: RejectReason;
  /** Why, as a sentence; of several entries, the first one's. */
  readonly detail: string;
  /** The entries that are rejected; absent where the message is rejected as a whole. */
  readonly entries?: readonly RejectedEntry[];
}
