import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger } from "../accounting/ledger";
import { payloadIdOf } from "../accounting/payload-id";
import { ErrorLog } from "../aws/iot/error-log";
import { KinesisAction } from "../aws/iot/kinesis-action";
import type { DeviceMessage, RuleMessage } from "../aws/iot/rule-sql";
import { RulesEngine } from "../aws/iot/rules-engine";
import { putRecordTo } from "../aws/kinesis/in-process";
import type { Stream } from "../aws/kinesis/stream";
import type { FaultBoard } from "../faults/endpoint-faults";
import type { Declaration } from "../stack/declaration";

/** What the ingestion depends on. */
export interface IngestionDeps {
  readonly stream: Stream;
  readonly faults: FaultBoard;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** Writes a note to the terminal. */
  readonly note: (text: string) => void;
}

/** The rule and its actions, as the stack declares them: the way from the broker into the stream. */
export class LocalIngestion {
  readonly errorLog: ErrorLog;
  readonly #action: KinesisAction;
  readonly #rules: RulesEngine;

  /** @throws UnsupportedSqlError for a rule that the local run does not evaluate */
  constructor({ rule, stream: { name } }: Pick<Declaration, "rule" | "stream">, deps: IngestionDeps) {
    const { stream, faults, ledger, random, note } = deps;
    this.errorLog = new ErrorLog(rule.name, name, Date.now, (message) => ledger.errorLogged(message));
    const put = putRecordTo(stream, { faults, random });
    this.#action = new KinesisAction({
      putRecord: async (message, partitionKey) => ledger.put(await put(message.payload, partitionKey), message),
      onError: (message, why) => this.#fail(message, why, note),
      onPutFailed: (message) => ledger.putFailed(message),
      now: Date.now,
      sleep,
    });
    this.#rules = new RulesEngine(rule, {
      action: this.#action,
      errorLog: this.errorLog,
      onSelected: (message) => ledger.accepted(message),
    });
  }

  /** Messages that the stream or the error log has. */
  get handled(): number {
    return this.#action.handled;
  }

  /** Applies the rule to a message. Resolves when the broker may acknowledge it. */
  accept(message: DeviceMessage): Promise<void> {
    return this.#rules.accept({ ...message, payloadId: payloadIdOf(message.payload) });
  }

  /** Resolves when each accepted message is in the stream or in the error log. */
  drained(): Promise<void> {
    return this.#action.drained();
  }

  #fail(message: RuleMessage, why: string, note: (text: string) => void): void {
    if (this.errorLog.entries.length === 0)
      note(`the rule's action fails and writes the message to its error log: ${why}`);
    this.errorLog.add(message, why);
  }
}
