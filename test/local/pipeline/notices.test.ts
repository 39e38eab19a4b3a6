import { describe, expect, it } from "vitest";
import { WatchLedger } from "../../../local/accounting/watch/watch-ledger";
import { Notices } from "../../../local/pipeline/notices";
import type { Declaration } from "../../../local/stack/declaration";
import { gatewayWith } from "../../helpers/gateway";

const TOPICS = "arn:aws:sns:sa-east-1:123456789012:";
const declaration = {
  deviceWatch: { mailTopic: `${TOPICS}mails`, feedTopic: `${TOPICS}feed` },
} as Declaration;
const NOTICE = { id: "a/hot#1:raise:5", alarm: "a/hot#1", event: "raise", at: 5, told: true };

describe("Notices", () => {
  it("shows mails by their subject and other messages whole, counts machines' notices, and answers with all of them", async () => {
    const [shown, ledger]: [string[], WatchLedger] = [[], new WatchLedger()];
    const notices = new Notices(declaration, ledger, (text) => shown.push(text));
    notices.hear({ topicArn: `${TOPICS}feed`, message: JSON.stringify(NOTICE), at: 9 });
    notices.hear({ topicArn: `${TOPICS}feed`, message: JSON.stringify(NOTICE), at: 10 });
    notices.hear({ topicArn: `${TOPICS}mails`, subject: "[high] a above 90", message: "Long\ntext", at: 11 });
    notices.hear({ topicArn: `${TOPICS}alarms`, message: "hi", at: 12 });
    expect(shown).toEqual(["mail: [high] a above 90", 'alarms: "hi"']);
    expect([...ledger.notices.values()]).toEqual([{ ...NOTICE, sentAt: 9, times: 2 }]);
    expect(ledger.mails).toBe(1);
    const gateway = gatewayWith({ sent: notices.sent });
    const endpoint = `http://127.0.0.1:${await gateway.listen(0)}/_local/notices`;
    const answer = async (query: string) => (await fetch(`${endpoint}${query}`)).json();
    expect(await answer("?topic=feed")).toEqual([
      { topicArn: `${TOPICS}feed`, message: NOTICE, at: 9 },
      { topicArn: `${TOPICS}feed`, message: NOTICE, at: 10 },
    ]);
    expect(await answer("")).toHaveLength(4);
    await gateway.stop();
  });

  it("keeps the last thousand", () => {
    const { sent } = new Notices(declaration, new WatchLedger(), () => {});
    for (let at = 0; at < 1001; at++) sent.add({ topicArn: TOPICS, message: "x", at });
    expect([sent.all.length, sent.all[0]?.at]).toEqual([1000, 1]);
  });
});
