import type { RejectedEntry } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import { isAnomaly } from "./anomaly";
import type { CheckedReading } from "./checked-reading";
import { MAX_ITEM_BYTES } from "./dynamodb-limits";
import type { Entry, Message } from "./entry";
import { expirationTime, type ItemFacts, itemBytes, rangeKey } from "./item";
import { readMessage } from "./message";
import { parsePayload } from "./payload";
import { type Provenance, parseReading, type Reading, SharedChecks } from "./reading";
import { type Rejection, reject } from "./rejection";
import { MAX_ROWS_BYTES, rowsBytes } from "./row-size";
import type { Rules } from "./settings";

/** A record that holds at least one reading which the hot tier takes. */
export interface CheckedRecord {
  readonly ok: true;
  /** The payload's bytes. */
  readonly body: Buffer;
  /** In the message's order, each identity once. */
  readonly readings: readonly CheckedReading[];
  /** The entries of the message that can never be stored. */
  readonly rejected: readonly RejectedEntry[];
  /** Whether the message has a list of readings, even of one. */
  readonly isList: boolean;
  /** What its items have in common. */
  readonly facts: ItemFacts;
}

/**
 * Checks a record and judges its readings. The result depends on the record and the rules alone.
 * @param asArrived Store a reading with a wrong timestamp at its arrival.
 */
export function checkRecord(record: StreamRecord, rules: Rules, asArrived = false): CheckedRecord | Rejection {
  const body = Buffer.from(record.data, "base64");
  const payload = parsePayload(body);
  if (!payload.ok) return payload;
  const { partitionKey: publisher, arrivedAt } = record;
  const message = readMessage(payload, { publisher, arrivedAt, bytes: body.length });
  if (!message.ok) return message;
  const facts = { expirationTime: expirationTime(arrivedAt, rules.hotRetentionDays), arrivedAt };
  const checker = new EntryChecker(record, rules, facts, { publisher, arrivedAt, asArrived });
  checker.check(message);
  const { readings, rejected } = checker;
  const [first] = rejected;
  if (readings.length === 0 && first !== undefined) {
    const { reason, detail } = first;
    return message.isList ? { ok: false, reason, detail, entries: rejected } : { ok: false, reason, detail };
  }
  return tooManyBytes(readings) ?? { ok: true, body, readings, rejected, isList: message.isList, facts };
}

/** Checks the entries of one message, one after the other. */
class EntryChecker {
  readonly readings: CheckedReading[] = [];
  readonly rejected: RejectedEntry[] = [];
  readonly #ranges = new Set<string>();
  readonly #shared = new SharedChecks();
  readonly #record: StreamRecord;
  readonly #rules: Rules;
  readonly #facts: ItemFacts;
  readonly #provenance: Provenance;

  constructor(record: StreamRecord, rules: Rules, facts: ItemFacts, provenance: Provenance) {
    this.#record = record;
    this.#rules = rules;
    this.#facts = facts;
    this.#provenance = provenance;
  }

  check({ entries, isList }: Message): void {
    entries.forEach((entry, index) => {
      if (entry === undefined) return;
      // Readings without a time of their own are told apart by their place.
      const suffix = isList && entries.length > 1 ? `.${index}` : "";
      const checked = entry.ok ? this.#reading(entry, index, suffix) : entry;
      if (!("ok" in checked)) this.readings.push(checked);
      else this.rejected.push({ index, reason: checked.reason, detail: checked.detail });
    });
  }

  #reading(entry: Entry, index: number, suffix: string): CheckedReading | Rejection {
    const reading = parseReading(entry, this.#provenance, this.#shared);
    if (!reading.ok) return reading;
    const range = rangeKey(reading, `${this.#record.sequenceNumber}${suffix}`);
    if (this.#ranges.has(range))
      return reject(
        "timestamp_repeated",
        `"timestamp" must differ from those of the earlier entries with this sensor type, was ${reading.timestamp} again.`,
      );
    const problem = tooLarge(reading, range, this.#facts);
    if (problem) return problem;
    this.#ranges.add(range);
    const { sensorType, value } = reading;
    return { reading, range, isAnomaly: isAnomaly(sensorType, value, this.#rules.anomalyLimits), index };
  }
}

function tooLarge(reading: Reading, range: string, facts: ItemFacts): Rejection | undefined {
  // Only metadata can be large: what else an item holds takes less than 2 KB.
  if (reading.metadata === undefined || reading.metadata.bytes <= MAX_ITEM_BYTES / 2) return undefined;
  const bytes = itemBytes(reading, range, facts);
  if (bytes <= MAX_ITEM_BYTES) return undefined;
  return reject(
    "item_too_large",
    `The item would have ${bytes} bytes; DynamoDB takes ${MAX_ITEM_BYTES}. Send less "metadata".`,
  );
}

/** Each row has the reading's whole metadata: what a message shares grows with the number of its readings. */
function tooManyBytes(readings: readonly CheckedReading[]): Rejection | undefined {
  if (readings.length < 2) return undefined;
  const bytes = rowsBytes(readings.map(({ reading }) => reading));
  if (bytes <= MAX_ROWS_BYTES) return undefined;
  return reject(
    "rows_too_large",
    `The message's ${readings.length} readings would take ${bytes} bytes in the archive, each with its "metadata"; a message may take ${MAX_ROWS_BYTES}. Send less "metadata" or fewer readings.`,
  );
}
