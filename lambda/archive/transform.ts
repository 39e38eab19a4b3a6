import type {
  FirehoseTransformationEvent,
  FirehoseTransformationEventRecord,
  FirehoseTransformationResultRecord,
} from "aws-lambda";
import { recordId as recordIdOf, type StreamRecord } from "../../contract/stream-record";
import { checkRecord } from "../reading/check-record";
import type { Rules } from "../reading/settings";
import { archiveRow } from "./archive-row";

/** Most bytes of an answer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;
/** Of a record's answer beside its data: the names and signs, and an id of Firehose's. */
const ANSWER_OVERHEAD_BYTES = 256;

/** What became of a call's records, counted in readings unless it says otherwise. */
export interface Transformed {
  readonly records: FirehoseTransformationResultRecord[];
  readonly archived: number;
  /** In `rejected/`, by the processor's own verdict. */
  readonly rejected: number;
  /** Unpacked by Firehose from an aggregate, which the processor rejects as a whole. */
  readonly unpacked: number;
  /** Records without the metadata that tells who published: for `firehose-errors/`. */
  readonly unidentified: number;
  /** Records whose rows no longer fit in the answer: for `firehose-errors/`. */
  readonly oversized: number;
}

/**
 * Transforms the stream's records into rows. Records that the processor rejects are dropped here, because they are in `rejected/`. A record that
 * another shares its sequence number with came in an aggregate, whose inner partition keys anybody can write.
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
export function transform({ records }: Pick<FirehoseTransformationEvent, "records">, rules: Rules): Transformed {
  const seen = new Map<string, number>();
  for (const record of records) {
    const place = placeOf(record);
    if (place !== undefined) seen.set(place, (seen.get(place) ?? 0) + 1);
  }
  const counts = { archived: 0, rejected: 0, unpacked: 0, unidentified: 0, oversized: 0 };
  // What the answer may grow by, beyond each record as it came.
  let room = records.reduce((left, { data }) => left - data.length - ANSWER_OVERHEAD_BYTES, MAX_ANSWER_BYTES);
  const results = records.map((record): FirehoseTransformationResultRecord => {
    const { recordId, data } = record;
    const received = streamRecordOf(record);
    if (received === undefined) {
      counts.unidentified++;
      return { recordId, result: "ProcessingFailed", data };
    }
    if (Number(record.kinesisRecordMetadata?.subsequenceNumber) > 0 || (seen.get(placeOf(record) ?? "") ?? 0) > 1) {
      counts.unpacked++;
      return { recordId, result: "Dropped", data };
    }
    const checked = checkRecord(received, rules);
    if (!checked.ok) {
      counts.rejected += checked.entries?.length ?? 1;
      return { recordId, result: "Dropped", data };
    }
    // Several documents, one after the other: https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
    const rows = checked.readings.map((reading) => JSON.stringify(archiveRow(received, reading))).join("");
    const answer = { recordId, result: "Ok", data: Buffer.from(rows).toString("base64") } as const;
    const growth = answer.data.length - data.length;
    if (growth > room) {
      counts.oversized++;
      return { recordId, result: "ProcessingFailed", data };
    }
    room -= growth;
    counts.archived += checked.readings.length;
    counts.rejected += checked.rejected.length;
    return answer;
  });
  return { records: results, ...counts };
}

function placeOf({ kinesisRecordMetadata: metadata }: FirehoseTransformationEventRecord): string | undefined {
  return metadata && recordIdOf(metadata);
}

/** Undefined where the stream is not the source. */
function streamRecordOf(record: FirehoseTransformationEventRecord): StreamRecord | undefined {
  const { kinesisRecordMetadata: metadata, data } = record;
  if (metadata === undefined) return undefined;
  const { shardId, sequenceNumber, partitionKey, approximateArrivalTimestamp } = metadata;
  const arrivedAt = millisecondsOf(approximateArrivalTimestamp);
  if (arrivedAt === undefined) return undefined;
  return { shardId, sequenceNumber, partitionKey, arrivedAt, data };
}

/** Below it a number is in seconds, in any year up to 5138, and above in milliseconds, from 1973 on. */
const MILLISECONDS_FROM = 1e11;
/** 2001 in seconds: what is below is no arrival. */
const EARLIEST = 1e9;
/** The last time that a date can hold. https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LATEST = 8.64e15;

/**
 * Milliseconds since the epoch of an arrival: AWS sends that number, and published sample events hold it as digits, as ISO 8601 text, or
 * in seconds with a fraction, as Kinesis itself has it. Undefined for anything else.
 */
function millisecondsOf(arrival: unknown): number | undefined {
  const time = typeof arrival === "string" ? timeIn(arrival) : arrival;
  if (typeof time !== "number" || !(time >= EARLIEST && time <= LATEST)) return undefined;
  return Math.round(time < MILLISECONDS_FROM ? time * 1000 : time);
}

function timeIn(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  // Without an offset the text would be read in the time zone of the machine.
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}
