import type { WatchLedger } from "../accounting/watch/watch-ledger";
import { type SentMessage, SentMessages } from "../aws/sns/sent-messages";
import type { Declaration } from "../stack/declaration";

/** What the topics are given: all of it is kept for a while, and people are shown what they would be mailed. */
export class Notices {
  readonly sent = new SentMessages();
  readonly #declared: Declaration["deviceWatch"];
  readonly #ledger: WatchLedger;
  readonly #note: (text: string) => void;

  /** @param note Hears what the person at the terminal should know. */
  constructor({ deviceWatch }: Declaration, ledger: WatchLedger, note: (text: string) => void) {
    this.#declared = deviceWatch;
    this.#ledger = ledger;
    this.#note = note;
  }

  hear(message: SentMessage): void {
    const { topicArn, subject, message: text, at } = message;
    this.sent.add(message);
    if (topicArn === this.#declared?.feedTopic) this.#ledger.told(text, at);
    else if (topicArn === this.#declared?.mailTopic) {
      this.#ledger.mailed();
      this.#note(`mail: ${subject}`);
    } else {
      const topic = topicArn.slice(topicArn.lastIndexOf(":") + 1);
      this.#note(`${topic}: ${subject === undefined ? "" : `${JSON.stringify(subject)} `}${JSON.stringify(text)}`);
    }
  }
}
