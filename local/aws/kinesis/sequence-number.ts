const COUNTER_DIGITS = 35;

/**
 * The sequence numbers of one shard: 56 digits, as AWS's have, that grow with each record. The first 21 tell the shard and when it was
 * created, so a number of another shard or another stream is recognised, and a child's numbers are greater than its parents'.
 */
export class SequenceNumbers {
  readonly #prefix: string;

  /** `createdAt` in milliseconds since the epoch. */
  constructor(shardNumber: number, createdAt: number) {
    this.#prefix = `49${String(createdAt).padStart(13, "0")}${String(shardNumber).padStart(6, "0")}`;
  }

  /** The number of the record at this place, counted from 0. */
  at(place: number): string {
    return this.#prefix + String(place + 1).padStart(COUNTER_DIGITS, "0");
  }

  /** Smaller than the number of every record. */
  get start(): string {
    return this.at(-1);
  }

  /** The place that this number stands for (-1 for `start`); undefined for a number that is not this shard's. */
  placeOf(sequenceNumber: string): number | undefined {
    if (!sequenceNumber.startsWith(this.#prefix)) return undefined;
    const counter = sequenceNumber.slice(this.#prefix.length);
    return /^\d{35}$/.test(counter) ? Number(counter) - 1 : undefined;
  }
}
