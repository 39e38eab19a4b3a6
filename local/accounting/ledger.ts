import { type RecordId, recordId, type StreamRecord } from "../../contract/stream-record";
import type { Publish } from "../fleet/fleet";
import type { EvidenceStore, ExternalMessages, LedgerEntry, StreamedRecord } from "./evidence-store";
import { type PayloadId, payloadId, payloadIdOf } from "./payload-id";
import { readingsIn, seenRecord } from "./seen-record";
import { SpilledMap } from "./spilled-map";
import { Underway } from "./underway";

/** A message that the rules engine accepted. */
export interface AcceptedMessage {
  readonly payload: Buffer;
  readonly payloadId: PayloadId;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Every message of the run: the fleet's publishes, and what other clients published or put into the stream. */
export class Ledger {
  readonly #evidence: EvidenceStore;
  readonly #entries: SpilledMap<LedgerEntry>;
  readonly #external: SpilledMap<ExternalMessages>;
  readonly #records: SpilledMap<StreamedRecord>;
  /** The payloads of records that the rule's action has put and no one has read yet. */
  readonly #putPayloads = new Map<RecordId, PayloadId>();
  readonly #messages = new Underway();
  /** Records that came into the stream past the broker. */
  readonly #foreign = new Underway();
  readonly #latencyListeners = new Set<(latencyMs: number) => void>();
  #settled = 0;
  #acknowledged = 0;
  #duplicates = 0;
  #externalTaken = 0;

  constructor(evidence: EvidenceStore) {
    this.#evidence = evidence;
    this.#entries = new SpilledMap(evidence.entries);
    this.#external = new SpilledMap(evidence.external);
    this.#records = new SpilledMap(evidence.records);
  }

  /**
   * Calls the listener with the time from each of the fleet's publishes to the answer of the invocation that settled it. Returns how to
   * unsubscribe.
   */
  onLatency(listener: (latencyMs: number) => void): () => void {
    this.#latencyListeners.add(listener);
    return () => this.#latencyListeners.delete(listener);
  }

  /** Everything that is known up to now; what the stores hold is added to it. */
  evidence(): EvidenceStore {
    for (const map of [this.#entries, this.#external, this.#records]) map.flush();
    return this.#evidence;
  }

  /** How many records the mapping is done with. */
  get settledRecords(): number {
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

  /** The fleet publishes a message. Returns what to call when the broker has acknowledged it. */
  published({ payload, publishedAt }: Publish): () => void {
    const id = payloadIdOf(payload);
    const readings = readingsIn(payload);
    this.#entries.set(id, { readings, publishedAt, acknowledged: false, accepted: 0, settledAt: undefined });
    this.#messages.add(id, publishedAt);
    return () => {
      const entry = this.#entries.get(id);
      if (entry) entry.acknowledged = true;
      this.#acknowledged += readings;
    };
  }

  /** The rules engine accepted a message, of the fleet or of another client. */
  accepted({ payload, payloadId: id, receivedAt }: AcceptedMessage): void {
    const entry = this.#entries.get(id);
    if (entry) {
      entry.accepted += 1;
      if (entry.accepted > 1) this.#duplicates += 1;
      return;
    }
    const external = this.#externalOf(id, () => readingsIn(payload));
    external.taken += 1;
    this.#externalTaken += external.readings;
    this.#messages.add(id, receivedAt);
  }

  /** The rule's action has put a message into the stream. */
  put(record: StreamRecord, { payloadId: id }: Pick<AcceptedMessage, "payloadId">): void {
    if (!this.#records.has(recordId(record))) this.#putPayloads.set(recordId(record), id);
  }

  /** A put of the rule's action failed. */
  putFailed({ payload, payloadId: id }: Pick<AcceptedMessage, "payload" | "payloadId">): void {
    if (!this.#entries.has(id)) this.#externalOf(id, () => readingsIn(payload)).failedPuts += 1;
  }

  /** The rule's error action has a message. */
  errorLogged({ payloadId: id }: Pick<AcceptedMessage, "payloadId">): void {
    this.#messages.remove(id);
  }

  /** A record was read from the stream, once or again. */
  seen(record: StreamRecord): void {
    const id = recordId(record);
    if (this.#records.has(id)) return;
    const seen = seenRecord(record, this.#putPayloads.get(id));
    this.#putPayloads.delete(id);
    this.#records.set(id, { ...seen, isSettled: false });
    if (this.#entries.has(seen.payload)) return;
    const external = this.#externalOf(seen.payload, () => seen.readings.length);
    external.records += 1;
    if (external.records <= external.taken + external.failedPuts) return;
    this.#externalTaken += external.readings;
    this.#foreign.add(seen.payload, record.arrivedAt);
  }

  /** The mapping is done with a record. `processed`: an invocation has settled it, so it was not given up. */
  settled(record: StreamRecord, processed: boolean, at: number): void {
    const seen = this.#records.get(recordId(record));
    if (seen && !seen.isSettled) {
      seen.isSettled = true;
      this.#settled += 1;
    }
    const payload = seen?.payload ?? payloadId(record.data);
    if (!this.#messages.remove(payload)) this.#foreign.remove(payload);
    const entry = this.#entries.get(payload);
    if (!processed || !entry || entry.settledAt !== undefined) return;
    entry.settledAt = at;
    for (const listener of this.#latencyListeners) listener(at - entry.publishedAt);
  }

  #externalOf(id: PayloadId, readings: () => number): ExternalMessages {
    const known = this.#external.get(id);
    if (known) return known;
    const messages = { readings: readings(), taken: 0, failedPuts: 0, records: 0 };
    this.#external.set(id, messages);
    return messages;
  }
}
