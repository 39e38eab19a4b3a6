import { hash } from "node:crypto";
import type { Publish } from "../fleet/fleet";

/** What is known of one publish of the fleet. */
export interface LedgerEntry {
  readonly publishedAt: number;
  /** `<deviceId>/<timestampSensorType>` of a good reading; undefined for a bad message, and for a timeless one that is not in the stream yet. */
  itemKey: string | undefined;
  /** Of a reading without a timestamp. */
  readonly timeless?: Publish["timeless"];
  /** Of a reading without a timestamp: the items of its redeliveries. */
  furtherItemKeys?: string[];
  acknowledged: boolean;
  /** How often the broker's rules engine took it: redelivery at QoS 1 makes it more than once. */
  accepted: number;
  /** When the invocation that dealt with it answered. */
  settledAt: number | undefined;
}

/** A record as it is read from the stream. */
export interface ArrivedRecord {
  /** The payload's bytes, in base64. */
  readonly data: string;
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** A payload's identity: each publish of the fleet has bytes of its own. */
export type PayloadId = string;

/** The identity of a payload given as base64, which is how Kinesis, the error log and `rejected/` carry it. */
export function payloadId(base64: string): PayloadId {
  return hash("sha1", base64, "base64");
}

/** The name under which an item and a reading find each other. */
export function itemKey(key: { readonly deviceId: string; readonly timestampSensorType: string }): string {
  return `${key.deviceId}/${key.timestampSensorType}`;
}

/** Every publish of the fleet, by its payload. */
export class Ledger {
  readonly #entries = new Map<PayloadId, LedgerEntry>();
  #acknowledged = 0;
  #duplicates = 0;
  #external = 0;
  #settled = 0;

  /** Hears how long a publish of the fleet took, until the function had dealt with it. */
  onSettled: (latencyMs: number) => void = () => {};

  get entries(): ReadonlyMap<PayloadId, LedgerEntry> {
    return this.#entries;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Messages that the rules engine took again after a redelivery. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Messages that the rules engine took from other clients. */
  get external(): number {
    return this.#external;
  }

  /** Acknowledged publishes that wait for their invocation. */
  get unsettled(): number {
    return Math.max(0, this.#acknowledged - this.#settled);
  }

  published({ payload, publishedAt, key, timeless }: Publish): void {
    this.#entries.set(payloadId(payload.toString("base64")), {
      publishedAt,
      itemKey: key && itemKey(key),
      acknowledged: false,
      accepted: 0,
      settledAt: undefined,
      ...(timeless ? { timeless } : {}),
    });
  }

  acknowledge({ payload }: Publish): void {
    const entry = this.#entries.get(payloadId(payload.toString("base64")));
    if (!entry) return;
    entry.acknowledged = true;
    this.#acknowledged += 1;
  }

  /** The rules engine took a message, of the fleet or of another client. */
  accepted(payload: Buffer): void {
    const entry = this.#entries.get(payloadId(payload.toString("base64")));
    if (!entry) this.#external += 1;
    else {
      entry.accepted += 1;
      if (entry.accepted > 1) this.#duplicates += 1;
    }
  }

  /** A record was read from the stream: its place in the stream completes the key of a reading without a timestamp. */
  arrived({ data, sequenceNumber, arrivedAt }: ArrivedRecord): void {
    const entry = this.#entries.get(payloadId(data));
    if (entry?.timeless === undefined) return;
    const { deviceId, sensorType } = entry.timeless;
    const key = itemKey({ deviceId, timestampSensorType: `${arrivedAt}#${sensorType}#${sequenceNumber}` });
    if (entry.itemKey === undefined) entry.itemKey = key;
    else if (entry.itemKey !== key && !entry.furtherItemKeys?.includes(key))
      entry.furtherItemKeys = [...(entry.furtherItemKeys ?? []), key];
  }

  /** An invocation has dealt with this record. The first one counts. */
  settled(base64: string, at: number): void {
    const entry = this.#entries.get(payloadId(base64));
    if (!entry || entry.settledAt !== undefined) return;
    entry.settledAt = at;
    this.onSettled(at - entry.publishedAt);
    this.#settled += 1;
  }
}
