import type { RuleMessage } from "./rule-sql";

export interface KinesisActionPorts {
  /** Puts one record; rejects where the stream does not take it. */
  readonly putRecord: (data: Buffer, partitionKey: string) => Promise<void>;
  /** Takes a message that could not be put. */
  readonly onError: (message: RuleMessage, errorMessage: string) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface KinesisActionLimits {
  /** Messages that may wait; beyond, an offer waits, and with it the PUBACK. */
  readonly maxWaiting: number;
  /** How long a message is tried before the error action has it. AWS documents no number. */
  readonly maxTryingMs: number;
  /** Puts at a time. kinesis-local is not quicker with more. */
  readonly concurrency: number;
}

const LIMITS: KinesisActionLimits = { maxWaiting: 5000, maxTryingMs: 10_000, concurrency: 6 };
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1000;

/**
 * The rule's Kinesis action: one PutRecord a message, as AWS does it
 * (https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-rule-action.html). A partition key has one put in flight at most, so that
 * a device's order stays. (PutRecords is no alternative here: what it costs in kinesis-local grows with the records of the stream.)
 */
export class KinesisAction {
  /** Messages by partition key, oldest first; the first is the one in flight, if any. */
  readonly #queues = new Map<string, RuleMessage[]>();
  /** Keys with messages and no put in flight, in the order of their turn. */
  readonly #ready = new Set<string>();
  readonly #blocked: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #waiting = 0;
  #inFlight = 0;

  constructor(
    private readonly ports: KinesisActionPorts,
    private readonly limits: KinesisActionLimits = LIMITS,
  ) {}

  /** Messages that the stream has not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a message; resolves when there is room for it, which is when it may be acknowledged. */
  async offer(message: RuleMessage, partitionKey: string): Promise<void> {
    while (this.#waiting >= this.limits.maxWaiting) await new Promise<void>((resolve) => this.#blocked.push(resolve));
    const queue = this.#queues.get(partitionKey);
    if (queue) queue.push(message);
    else {
      this.#queues.set(partitionKey, [message]);
      this.#ready.add(partitionKey);
    }
    this.#waiting += 1;
    this.#fill();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #fill(): void {
    for (const key of this.#ready) {
      if (this.#inFlight >= this.limits.concurrency) return;
      const message = this.#queues.get(key)?.[0];
      this.#ready.delete(key);
      if (message) void this.#put(key, message);
    }
  }

  async #put(key: string, message: RuleMessage): Promise<void> {
    this.#inFlight += 1;
    await this.#putUntilTaken(key, message);
    this.#inFlight -= 1;
    this.#waiting -= 1;
    const queue = this.#queues.get(key) ?? [];
    queue.shift();
    if (queue.length > 0) this.#ready.add(key);
    else this.#queues.delete(key);
    this.#fill();
    this.#wake();
  }

  async #putUntilTaken(key: string, message: RuleMessage): Promise<void> {
    const { putRecord, onError, now, sleep } = this.ports;
    const firstTriedAt = now();
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2)) {
      try {
        return await putRecord(message.payload, key);
      } catch (error) {
        if (now() - firstTriedAt >= this.limits.maxTryingMs)
          return onError(message, error instanceof Error ? error.message : String(error));
        await sleep(backoffMs);
      }
    }
  }

  #wake(): void {
    const room = Math.max(0, this.limits.maxWaiting - this.#waiting);
    for (const resolve of this.#blocked.splice(0, room)) resolve();
    if (this.#waiting === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
