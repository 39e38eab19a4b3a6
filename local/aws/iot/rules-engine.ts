import { wordsOf } from "../../../contract/error-words";
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

/** What the rules engine depends on. */
export interface RulesEngineDeps {
  readonly action: Pick<KinesisAction, "offer">;
  readonly errorLog: Pick<ErrorLog, "add">;
  /** Is called with each message that the rule selects. */
  readonly onSelected?: (message: RuleMessage) => void;
}

/** Passes each message that a rule selects to the rule's Kinesis action, or to its error action. */
export class RulesEngine {
  readonly #rule: RuleDeclaration;
  readonly #deps: RulesEngineDeps;
  readonly #topicFilter: string;
  readonly #partitionKey: (message: RuleMessage) => string;

  /** @throws UnsupportedSqlError for a rule that the local run does not evaluate */
  constructor(rule: RuleDeclaration, deps: RulesEngineDeps) {
    this.#rule = rule;
    this.#deps = deps;
    this.#topicFilter = parseRuleSql(rule.sql, rule.sqlVersion);
    this.#partitionKey = compileTemplate(rule.partitionKey);
  }

  /** Applies the rule to a message. Resolves when AWS IoT would acknowledge it: as soon as the rules engine has it. */
  async accept(message: RuleMessage): Promise<void> {
    if (!this.#selects(message.topic)) return;
    this.#deps.onSelected?.(message);
    let partitionKey: string;
    try {
      partitionKey = this.#partitionKey(message);
    } catch (error) {
      this.#deps.errorLog.add(message, wordsOf(error));
      return;
    }
    await this.#deps.action.offer(message, partitionKey);
  }

  /** Basic Ingest names its rule and skips the topic filter. */
  #selects(topic: string): boolean {
    const direct = basicIngest(topic);
    return direct ? direct.ruleName === this.#rule.name : topicMatches(this.#topicFilter, topic);
  }
}
