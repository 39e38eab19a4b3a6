import type { StreamRecord } from "../../contract/stream-record";
import { type RecordId, recordId } from "../../contract/stream-record";
import type { Publish } from "../fleet/fleet";
import { type PayloadId, payloadId, readingsIn, type SeenRecord, seenRecord } from "./seen-record";
import { Underway } from "./underway";

/** What is known of one publish of the fleet. */
export interface LedgerEntry {
  /** Readings in it; a message that is no reading counts as one. */
  readonly readings: number;
  readonly publishedAt: number;
  acknowledged: boolean;
  /** How often the broker's rules engine took it: redelivery at QoS 1 makes it more than once. */
  accepted: number;
  /** When the invocation that dealt with it answered. */
  settledAt: number | undefined;
}

/** What is known of the messages of other clients that have one payload. */
export interface ExternalMessages {
  /** Readings in each of them. */
  readonly readings: number;
  /** How many the rules engine took. */
  taken: number;
  /** Puts of these that failed: each may have left a record all the same. */
  failedPuts: number;
  /** Records of the stream with this payload. */
  records: number;
}

/** Every message of the run: the fleet's publishes, and what other clients published or put into the stream. */
export class Ledger {
  readonly #entries = new Map<PayloadId, LedgerEntry>();
  readonly #external = new Map<PayloadId, ExternalMessages>();
  readonly #records = new Map<RecordId, SeenRecord>();
  readonly #settled = new Set<RecordId>();
  readonly #messages = new Underway();
  /** Records that came into the stream past the broker. */
  readonly #foreign = new Underway();
  #acknowledged = 0;
  #duplicates = 0;
  #externalTaken = 0;

  /** Hears how long a publish of the fleet took, until the function had dealt with it. */
  onSettled: (latencyMs: number) => void = () => {};

  get entries(): ReadonlyMap<PayloadId, LedgerEntry> {
    return this.#entries;
  }

  /** Other clients' messages, by their payload. */
  get external(): ReadonlyMap<PayloadId, Readonly<ExternalMessages>> {
    return this.#external;
  }

  /** What was read from the stream. */
  get records(): ReadonlyMap<RecordId, SeenRecord> {
    return this.#records;
  }

  /** The records that the mapping is done with. */
  get settledRecords(): ReadonlySet<RecordId> {
    return this.#settled;
  }

  /** Readings in the messages that the broker has acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Messages that the rules engine took again after a redelivery. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Readings of other clients so far. */
  get externalTaken(): number {
    return this.#externalTaken;
  }

  /** Messages that are neither stored nor anywhere else, wherever they wait. */
  get waiting(): number {
    return this.#messages.size + this.#foreign.size;
  }

  /** When the oldest of these was published, milliseconds since the epoch; undefined where nothing waits. */
  get oldestWaiting(): number | undefined {
    const times = [this.#messages.oldest, this.#foreign.oldest].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  published({ payload, publishedAt }: Publish): void {
    const id = payloadId(payload.toString("base64"));
    const readings = readingsIn(payload);
    this.#entries.set(id, { readings, publishedAt, acknowledged: false, accepted: 0, settledAt: undefined });
    this.#messages.add(id, publishedAt);
  }

  acknowledge({ payload }: Publish): void {
    const entry = this.#entries.get(payloadId(payload.toString("base64")));
    if (!entry) return;
    entry.acknowledged = true;
    this.#acknowledged += entry.readings;
  }

  /** The rules engine took a message, of the fleet or of another client. */
  accepted(payload: Buffer, at: number): void {
    const id = payloadId(payload.toString("base64"));
    const entry = this.#entries.get(id);
    if (entry) {
      entry.accepted += 1;
      if (entry.accepted > 1) this.#duplicates += 1;
      return;
    }
    const external = this.#externalOf(id, () => readingsIn(payload));
    external.taken += 1;
    this.#externalTaken += external.readings;
    this.#messages.add(id, at);
  }

  /** A put of the rule's action failed. */
  putFailed(payload: Buffer): void {
    const id = payloadId(payload.toString("base64"));
    if (!this.#entries.has(id)) this.#externalOf(id, () => readingsIn(payload)).failedPuts += 1;
  }

  /** The rule's error action has a message. */
  errorLogged(payload: Buffer): void {
    this.#messages.remove(payloadId(payload.toString("base64")));
  }

  /** A record was read from the stream, once or again. */
  seen(record: StreamRecord): void {
    const id = recordId(record);
    if (this.#records.has(id)) return;
    const seen = seenRecord(record);
    this.#records.set(id, seen);
    if (this.#entries.has(seen.payload)) return;
    const external = this.#externalOf(seen.payload, () => seen.readings.length);
    external.records += 1;
    if (external.records <= external.taken + external.failedPuts) return;
    this.#externalTaken += external.readings;
    this.#foreign.add(seen.payload, record.arrivedAt);
  }

  /** The mapping is done with a record; `processed`: an invocation has dealt with it. */
  settled(record: StreamRecord, processed: boolean, at: number): void {
    const payload = this.#records.get(recordId(record))?.payload ?? payloadId(record.data);
    this.#settled.add(recordId(record));
    if (!this.#messages.remove(payload)) this.#foreign.remove(payload);
    const entry = this.#entries.get(payload);
    if (!processed || !entry || entry.settledAt !== undefined) return;
    entry.settledAt = at;
    this.onSettled(at - entry.publishedAt);
  }

  #externalOf(id: PayloadId, readings: () => number): ExternalMessages {
    const known = this.#external.get(id);
    if (known) return known;
    const messages = { readings: readings(), taken: 0, failedPuts: 0, records: 0 };
    this.#external.set(id, messages);
    return messages;
  }
}
