/** A message that was published to a topic. */
export interface SentMessage {
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Messages that are kept: an hour of a plant that tells something every few seconds. */
const MAX_KEPT = 1000;

/** What the topics were given lately, the oldest first: nobody is subscribed here. */
export class SentMessages {
  readonly #kept: SentMessage[] = [];

  get all(): readonly SentMessage[] {
    return this.#kept;
  }

  add(message: SentMessage): void {
    this.#kept.push(message);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
  }
}
