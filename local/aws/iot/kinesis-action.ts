import type { RuleMessage } from "./rule-sql";

/** What the action depends on: the stream, the error action and a clock. */
export interface KinesisActionDeps {
  /** Puts a message into the stream. Rejects if the stream refuses it. */
  readonly putRecord: (message: RuleMessage, partitionKey: string) => Promise<void>;
  /** The error action: is called with a message that could not be put. */
  readonly onError: (message: RuleMessage, errorMessage: string) => void;
  /** Is called for each put that failed: the stream may have the record nevertheless. */
  readonly onPutFailed?: (message: RuleMessage) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How many messages may wait, and for how long. */
export interface KinesisActionLimits {
  /** Bytes that may wait. Beyond them an offer waits, and with it the PUBACK, so that memory stays bounded. */
  readonly maxWaitingBytes: number;
  /** How long a message is retried before the error action gets it. AWS documents no number. */
  readonly maxTryingMs: number;
  /** Puts in flight. */
  readonly concurrency: number;
}

const LIMITS: KinesisActionLimits = { maxWaitingBytes: 512 * 1024 * 1024, maxTryingMs: 10_000, concurrency: 6 };
/** Memory of a waiting message beside its payload, an estimate. */
const MESSAGE_BYTES = 512;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1000;

/** A message in the queue. */
interface Offered {
  readonly message: RuleMessage;
  readonly at: number;
}

/**
 * The rule's Kinesis action: one PutRecord per message, as AWS does it
 * (https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-rule-action.html). A partition key has at most one put in flight, which
 * keeps a device's order. As on AWS, the broker acknowledges a message when it is queued: a PUBACK that waited for the stream would block
 * the connection, including its pings, and the keep-alive would close it.
 */
export class KinesisAction {
  readonly #deps: KinesisActionDeps;
  readonly #limits: KinesisActionLimits;
  /** Messages by partition key, oldest first; the first is the one in flight, if any. */
  readonly #queues = new Map<string, Offered[]>();
  /** Keys whose puts fail, and since when. */
  readonly #failingSince = new Map<string, number>();
  /** Keys with messages and no put in flight, in turn. */
  readonly #ready = new Set<string>();
  readonly #blocked: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #waiting = 0;
  #waitingBytes = 0;
  #inFlight = 0;
  #handled = 0;

  constructor(deps: KinesisActionDeps, limits: KinesisActionLimits = LIMITS) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Messages that are not in the stream yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Messages that are in the stream or went to the error action. */
  get handled(): number {
    return this.#handled;
  }

  /** Queues a message. Resolves when there is room for it, which is when it may be acknowledged. */
  async offer(message: RuleMessage, partitionKey: string): Promise<void> {
    while (this.#waitingBytes >= this.#limits.maxWaitingBytes)
      await new Promise<void>((resolve) => this.#blocked.push(resolve));
    const offered = { message, at: this.#deps.now() };
    const queue = this.#queues.get(partitionKey);
    if (queue) queue.push(offered);
    else {
      this.#queues.set(partitionKey, [offered]);
      this.#ready.add(partitionKey);
    }
    this.#waiting += 1;
    this.#waitingBytes += bytesOf(message);
    this.#fill();
  }

  /** Resolves when the queue is empty. */
  async drained(): Promise<void> {
    while (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #fill(): void {
    for (const key of this.#ready) {
      if (this.#inFlight >= this.#limits.concurrency) return;
      const offered = this.#queues.get(key)?.[0];
      this.#ready.delete(key);
      if (offered) void this.#put(key, offered);
    }
  }

  async #put(key: string, offered: Offered): Promise<void> {
    this.#inFlight += 1;
    await this.#putUntilTaken(key, offered);
    this.#inFlight -= 1;
    this.#waiting -= 1;
    this.#waitingBytes -= bytesOf(offered.message);
    this.#handled += 1;
    const queue = this.#queues.get(key) ?? [];
    queue.shift();
    if (queue.length > 0) this.#ready.add(key);
    else this.#queues.delete(key);
    this.#fill();
    this.#wake();
  }

  async #putUntilTaken(key: string, { message, at }: Offered): Promise<void> {
    const { putRecord, onError, onPutFailed, now, sleep } = this.#deps;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2)) {
      const triedAt = now();
      try {
        await putRecord(message, key);
        this.#failingSince.delete(key);
        return;
      } catch (error) {
        onPutFailed?.(message);
        const failingSince = this.#failingSince.get(key) ?? triedAt;
        this.#failingSince.set(key, failingSince);
        // AWS retries each message from its arrival on. One that waits behind another counts as retried together with it.
        if (now() - Math.max(failingSince, at) >= this.#limits.maxTryingMs)
          return onError(message, error instanceof Error ? error.message : String(error));
        await sleep(backoffMs);
      }
    }
  }

  #wake(): void {
    if (this.#waitingBytes < this.#limits.maxWaitingBytes) for (const resolve of this.#blocked.splice(0)) resolve();
    if (this.#waiting === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function bytesOf({ payload }: RuleMessage): number {
  return payload.length + MESSAGE_BYTES;
}
