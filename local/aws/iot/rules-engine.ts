import type { ErrorLog } from "./error-log";
import type { KinesisAction } from "./kinesis-action";
import { basicIngest, compileTemplate, parseRuleSql, type RuleMessage, topicMatches } from "./rule-sql";

/** A rule as the stack declares it. */
export interface RuleDeclaration {
  readonly name: string;
  readonly sql: string;
  readonly sqlVersion: string;
  /** Substitution template of the Kinesis action's partition key. */
  readonly partitionKey: string;
}

/** Hands each message that a rule selects to the rule's Kinesis action, or to its error action. */
export class RulesEngine {
  readonly #rule: RuleDeclaration;
  readonly #action: KinesisAction;
  readonly #errorLog: ErrorLog;
  readonly #topicFilter: string;
  readonly #partitionKey: (message: RuleMessage) => string;

  /** Throws UnsupportedSqlError on a rule that is not evaluated here. */
  constructor(rule: RuleDeclaration, action: KinesisAction, errorLog: ErrorLog) {
    this.#rule = rule;
    this.#action = action;
    this.#errorLog = errorLog;
    this.#topicFilter = parseRuleSql(rule.sql, rule.sqlVersion);
    this.#partitionKey = compileTemplate(rule.partitionKey);
  }

  /** Whether the rule selects a message of this topic. Basic Ingest names its rule, and skips the topic filter. */
  selects(topic: string): boolean {
    const direct = basicIngest(topic);
    return direct ? direct.ruleName === this.#rule.name : topicMatches(this.#topicFilter, topic);
  }

  /** Resolves when the rules engine has the message, which is when AWS IoT acknowledges it. */
  async accept(message: RuleMessage): Promise<void> {
    if (!this.selects(message.topic)) return;
    let partitionKey: string;
    try {
      partitionKey = this.#partitionKey(message);
    } catch (error) {
      this.#errorLog.add(message, error instanceof Error ? error.message : String(error));
      return;
    }
    await this.#action.offer(message, partitionKey);
  }
}
