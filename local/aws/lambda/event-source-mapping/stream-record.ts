/** A record of the stream, as the mapping carries it. */
export interface StreamRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** The payload in base64. */
  readonly data: string;
  /** Approximate arrival, milliseconds since the epoch. */
  readonly arrivedAt: number;
}
