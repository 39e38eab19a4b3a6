import { randomUUID } from "node:crypto";
import type { RuleMessage } from "./rule-sql";

/** The document that AWS IoT passes to a rule's error action: https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html */
export interface RuleErrorDocument {
  readonly ruleName: string;
  readonly topic: string;
  readonly cloudwatchTraceId: string;
  readonly clientId: string;
  readonly base64OriginalPayload: string;
  readonly failures: readonly { failedAction: string; failedResource: string; errorMessage: string }[];
}

/** A document in the log. */
export interface RuleErrorEntry {
  /** When it was written, milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Identifies the message's payload. */
  readonly payloadId: string;
  readonly document: RuleErrorDocument;
}

/** The log group of the rule's error action. */
export class ErrorLog {
  readonly #ruleName: string;
  readonly #resource: string;
  readonly #now: () => number;
  readonly #onAdded: (message: RuleMessage) => void;
  readonly #entries: RuleErrorEntry[] = [];

  /**
   * @param resource The stream that the rule's action puts to.
   * @param onAdded Is called with each message that is written to the log.
   */
  constructor(
    ruleName: string,
    resource: string,
    now: () => number = Date.now,
    onAdded: (message: RuleMessage) => void = () => {},
  ) {
    this.#ruleName = ruleName;
    this.#resource = resource;
    this.#now = now;
    this.#onAdded = onAdded;
  }

  /** In the order in which they were written. */
  get entries(): readonly RuleErrorEntry[] {
    return this.#entries;
  }

  add(message: RuleMessage, errorMessage: string): void {
    const { topic, clientId, payload, payloadId } = message;
    const document = {
      ruleName: this.#ruleName,
      topic,
      cloudwatchTraceId: randomUUID(),
      clientId,
      base64OriginalPayload: payload.toString("base64"),
      failures: [{ failedAction: "KinesisAction", failedResource: this.#resource, errorMessage }],
    };
    this.#entries.push({ writtenAt: this.#now(), payloadId, document });
    this.#onAdded(message);
  }
}
