import { randomUUID } from "node:crypto";
import type { RuleMessage } from "./rule-sql";

/** What AWS IoT hands to a rule's error action: https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html */
export interface RuleErrorDocument {
  readonly ruleName: string;
  readonly topic: string;
  readonly cloudwatchTraceId: string;
  readonly clientId: string;
  readonly base64OriginalPayload: string;
  readonly failures: readonly { failedAction: string; failedResource: string; errorMessage: string }[];
}

/** The log group of the rule's error action. */
export class ErrorLog {
  readonly #ruleName: string;
  readonly #resource: string;
  readonly #now: () => number;
  readonly #onAdded: (message: RuleMessage) => void;
  readonly #documents: RuleErrorDocument[] = [];
  readonly #times: number[] = [];

  /** `resource` is the stream that the rule's action puts to. */
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

  get documents(): readonly RuleErrorDocument[] {
    return this.#documents;
  }

  /** When each document was written, milliseconds since the epoch. */
  get times(): readonly number[] {
    return this.#times;
  }

  add(message: RuleMessage, errorMessage: string): void {
    this.#onAdded(message);
    this.#times.push(this.#now());
    this.#documents.push({
      ruleName: this.#ruleName,
      topic: message.topic,
      cloudwatchTraceId: randomUUID(),
      clientId: message.clientId,
      base64OriginalPayload: message.payload.toString("base64"),
      failures: [{ failedAction: "KinesisAction", failedResource: this.#resource, errorMessage }],
    });
  }
}
