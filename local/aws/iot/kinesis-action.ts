import type { RuleMessage } from "./rule-sql";

/** What the action needs: the stream, the error action and a clock. */
export interface KinesisActionPorts {
  /** Puts one record; rejects where the stream does not take it. */
  readonly putRecord: (data: Buffer, partitionKey: string) => Promise<void>;
  /** Takes a message that could not be put. */
  readonly onError: (message: RuleMessage, errorMessage: string) => void;
  /** Called for each put that failed: the stream may have taken the record all the same. */
  readonly onRetry?: (message: RuleMessage) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How much may wait, and for how long. */
export interface KinesisActionLimits {
  /** Bytes that may wait. Beyond, an offer waits, and with it the PUBACK: the memory is at risk. */
  readonly maxWaitingBytes: number;
  /** How long a message is tried before the error action has it. AWS documents no number. */
  readonly maxTryingMs: number;
  /** Puts at a time. */
  readonly concurrency: number;
}

const LIMITS: KinesisActionLimits = { maxWaitingBytes: 512 * 1024 * 1024, maxTryingMs: 10_000, concurrency: 6 };
/** What a waiting message takes in memory beside its payload: an estimate. */
const MESSAGE_BYTES = 512;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1000;

/** A message in the queue of its key. */
interface Offered {
  readonly message: RuleMessage;
  readonly at: number;
  /** Since when it counts as tried: a put of its own failed, or one of a message before it. */
  failingSince?: number;
}

/** The messages of one partition key, oldest first; the first is the one that is tried. */
interface Queue {
  readonly messages: Offered[];
  /** How many of them count as tried, from the first on. */
  tried: number;
  /** Pause after the next failed put of the first. */
  backoffMs: number;
}

/**
 * The rule's Kinesis action: one PutRecord a message, as AWS does it
 * (https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-rule-action.html). A partition key has one put in flight at most, so that
 * a device's order stays. The broker acknowledges a message when it is in the queue, as AWS does: a PUBACK that waited for the stream would
 * stop the reading of that connection, its pings too, and the keep-alive would close it.
 */
export class KinesisAction {
  readonly #ports: KinesisActionPorts;
  readonly #limits: KinesisActionLimits;
  readonly #queues = new Map<string, Queue>();
  /** Keys with messages, no put in flight and no pause, in the order of their turn. */
  readonly #ready = new Set<string>();
  readonly #blocked: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #waiting = 0;
  #waitingBytes = 0;
  #inFlight = 0;
  #handled = 0;

  constructor(ports: KinesisActionPorts, limits: KinesisActionLimits = LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Messages that the stream has not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Messages that the stream or the error action has taken. */
  get handled(): number {
    return this.#handled;
  }

  /** Takes a message; resolves when there is room for it, which is when it may be acknowledged. */
  async offer(message: RuleMessage, partitionKey: string): Promise<void> {
    while (this.#waitingBytes >= this.#limits.maxWaitingBytes)
      await new Promise<void>((resolve) => this.#blocked.push(resolve));
    const offered = { message, at: this.#ports.now() };
    const queue = this.#queues.get(partitionKey);
    if (queue) queue.messages.push(offered);
    else {
      this.#queues.set(partitionKey, { messages: [offered], tried: 0, backoffMs: FIRST_BACKOFF_MS });
      this.#ready.add(partitionKey);
    }
    this.#waiting += 1;
    this.#waitingBytes += bytesOf(message);
    this.#fill();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #fill(): void {
    for (const key of this.#ready) {
      if (this.#inFlight >= this.#limits.concurrency) return;
      const queue = this.#queues.get(key);
      this.#ready.delete(key);
      if (queue) void this.#put(key, queue);
    }
  }

  /** Puts the first message of a key once. */
  async #put(key: string, queue: Queue): Promise<void> {
    const [offered] = queue.messages;
    if (!offered) return;
    const { putRecord, onError, onRetry, now } = this.#ports;
    const triedAt = now();
    this.#inFlight += 1;
    try {
      await putRecord(offered.message.payload, key);
      this.#done(key, queue);
    } catch (error) {
      onRetry?.(offered.message);
      countAsTried(queue, triedAt);
      if (now() - (offered.failingSince ?? triedAt) < this.#limits.maxTryingMs) void this.#pause(key, queue);
      else {
        onError(offered.message, error instanceof Error ? error.message : String(error));
        this.#done(key, queue);
      }
    }
    this.#inFlight -= 1;
    this.#fill();
    this.#wake();
  }

  /** Lets a key wait for its next try. Other keys are put meanwhile: their shard may have room. */
  async #pause(key: string, queue: Queue): Promise<void> {
    const { backoffMs } = queue;
    queue.backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
    await this.#ports.sleep(backoffMs);
    this.#ready.add(key);
    this.#fill();
  }

  /** The first message of a key has left it: the stream or the error action has it. */
  #done(key: string, queue: Queue): void {
    const offered = queue.messages.shift();
    queue.tried = Math.max(0, queue.tried - 1);
    queue.backoffMs = FIRST_BACKOFF_MS;
    this.#waiting -= 1;
    this.#waitingBytes -= offered ? bytesOf(offered.message) : 0;
    this.#handled += 1;
    if (queue.messages.length > 0) this.#ready.add(key);
    else this.#queues.delete(key);
  }

  #wake(): void {
    if (this.#waitingBytes < this.#limits.maxWaitingBytes) for (const resolve of this.#blocked.splice(0)) resolve();
    if (this.#waiting === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** AWS tries each message from its arrival on. One that waits behind another is as good as tried once a put of that one has failed. */
function countAsTried(queue: Queue, triedAt: number): void {
  for (; queue.tried < queue.messages.length; queue.tried += 1) {
    const offered = queue.messages[queue.tried];
    if (offered) offered.failingSince = Math.max(triedAt, offered.at);
  }
}

function bytesOf({ payload }: RuleMessage): number {
  return payload.length + MESSAGE_BYTES;
}
