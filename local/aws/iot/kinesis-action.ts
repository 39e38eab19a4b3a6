import { wordsOf } from "../../../contract/error-words";
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
 * The rule's Kinesis action: one PutRecord per message, as AWS does it
 * (https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-rule-action.html). A partition key has at most one put in flight, which
 * keeps a device's order. As on AWS, the broker acknowledges a message when it is queued: a PUBACK that waited for the stream would block
 * the connection, including its pings, and the keep-alive would close it.
 */
export class KinesisAction {
  readonly #deps: KinesisActionDeps;
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
    if (queue) queue.messages.push(offered);
    else {
      this.#queues.set(partitionKey, { messages: [offered], tried: 0, backoffMs: FIRST_BACKOFF_MS });
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
      const queue = this.#queues.get(key);
      this.#ready.delete(key);
      if (queue) void this.#put(key, queue);
    }
  }

  /** Puts the first message of a key once. */
  async #put(key: string, queue: Queue): Promise<void> {
    const [offered] = queue.messages;
    if (!offered) return;
    const { putRecord, onError, onPutFailed, now } = this.#deps;
    const triedAt = now();
    this.#inFlight += 1;
    try {
      await putRecord(offered.message, key);
      this.#done(key, queue);
    } catch (error) {
      onPutFailed?.(offered.message);
      countAsTried(queue, triedAt);
      if (now() - (offered.failingSince ?? triedAt) < this.#limits.maxTryingMs) void this.#pause(key, queue);
      else {
        onError(offered.message, wordsOf(error));
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
    await this.#deps.sleep(backoffMs);
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
