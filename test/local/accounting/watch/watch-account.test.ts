import { describe, expect, it } from "vitest";
import type { HistoryOccurrence } from "../../../../local/accounting/watch/history-read-back";
import type { LiveReading } from "../../../../local/accounting/watch/sent-by-device";
import { takeWatchAccount, type WatchEvidence } from "../../../../local/accounting/watch/watch-account";
import { WatchLedger } from "../../../../local/accounting/watch/watch-ledger";
import { checkWatchRules } from "../../../../watch/rules/check-rules";
import { RuleSet } from "../../../../watch/rules/rule-set";

const START = 1_767_225_600_000;
const checked = checkWatchRules({ hot: { sensorType: "temperature", above: 90 } });
const rules = new RuleSet(checked.ok ? checked.rules : []);

const reading = (second: number, value: number): LiveReading => ({
  sensorType: "temperature",
  value,
  time: START + second * 1000,
  arrivedAt: START + second * 1000 + 300,
});

const occurrence = (n: number, from: number, to: number | undefined, more: Partial<HistoryOccurrence> = {}) => ({
  deviceId: "a",
  key: "hot/temperature",
  n,
  raisedAt: START + from * 1000,
  endedAt: to === undefined ? undefined : START + to * 1000,
  isClosed: false,
  isChattering: false,
  quietAt: undefined,
  isRaiseTold: true,
  isEndTold: to !== undefined,
  ...more,
});

/** A ledger of notices: `[occurrence, event, second of the event, second of the publish]`. */
function told(...notices: readonly (readonly [n: number, event: string, at: number, sentAt: number])[]) {
  const ledger = new WatchLedger();
  for (const [n, event, second, sentAt] of notices) {
    const alarm = `a/hot/temperature#${n}`;
    const at = START + second * 1000;
    ledger.told(JSON.stringify({ id: `${alarm}:${event}:${at}`, alarm, event, at, told: true }), START + sentAt * 1000);
  }
  return ledger.notices;
}

const EVIDENCE: WatchEvidence = {
  readings: new Map([["a", [reading(1, 95), reading(2, 80), reading(5, 95)]]]),
  rules,
  looks: [],
  notices: told([1, "raise", 1, 8], [1, "end", 2, 8], [2, "raise", 5, 10], [2, "raise", 5, 11]),
  mails: 1,
  history: [occurrence(1, 1, 2), occurrence(2, 5, undefined)],
};

const NOTHING = { missing: 0, surplus: 0, unended: 0, endedWrongly: 0, unpaired: 0, twoIds: 0 };

describe("takeWatchAccount", () => {
  it("finds nothing wrong where each raise and end is what the readings did", async () => {
    expect(await takeWatchAccount(EVIDENCE)).toEqual({
      alarmsRaised: 2,
      alarmsEnded: 1,
      alarmsByRule: { hot: { raised: 2, ended: 1 } },
      noticesSent: 3,
      noticesRepeated: 1,
      mailsSent: 1,
      alarmsWrong: 0,
      alarmsWrongFrom: NOTHING,
      alarmsNotFollowed: 0,
      raiseLatencyMs: { p50: 4700, p95: 6700 },
    });
  });

  it.each<[keyof typeof NOTHING, Partial<WatchEvidence>, string]>([
    ["missing", { history: [occurrence(1, 1, 2)] }, "a/hot/temperature, due 2026-01-01T00:00:05.000Z"],
    [
      "surplus",
      { history: [...EVIDENCE.history, occurrence(3, 7, undefined, { isRaiseTold: false })] },
      "a/hot/temperature#3, raised 2026-01-01T00:00:07.000Z",
    ],
    [
      "unended",
      { history: [occurrence(1, 1, undefined), occurrence(2, 5, undefined)] },
      "a/hot/temperature#1, over 2026-01-01T00:00:02.000Z",
    ],
    [
      "endedWrongly",
      { history: [occurrence(1, 1, 3), occurrence(2, 5, undefined)] },
      "a/hot/temperature#1, ended 2026-01-01T00:00:03.000Z, over 2026-01-01T00:00:02.000Z",
    ],
    [
      "unpaired",
      { history: [occurrence(1, 1, 2, { isEndTold: false }), occurrence(2, 5, undefined)] },
      "a/hot/temperature#1: no end was told",
    ],
    [
      "unpaired",
      { notices: told([1, "raise", 1, 8], [2, "raise", 5, 10]) },
      "a/hot/temperature#1: its end was not sent",
    ],
    [
      "twoIds",
      { notices: told([1, "raise", 1, 8], [1, "raise", 2, 8], [1, "end", 2, 8], [2, "raise", 5, 10]) },
      "a/hot/temperature#1:raise: a/hot/temperature#1:raise:1767225601000, a/hot/temperature#1:raise:1767225602000",
    ],
  ])("counts what is %s, and says which", async (kind, other, words) => {
    const heard: string[] = [];
    const account = await takeWatchAccount({ ...EVIDENCE, ...other }, (why) => heard.push(why));
    expect(account.alarmsWrongFrom).toEqual({ ...NOTHING, [kind]: 1 });
    expect(account.alarmsWrong).toBe(1);
    expect(heard).toEqual([`${kind}: ${words}`]);
  });

  it("pairs a chattering with its quiet, and not with the ends within it", async () => {
    const chattering = { isChattering: true, isEndTold: false };
    const history = [occurrence(1, 1, 2), occurrence(2, 5, undefined, chattering)];
    expect((await takeWatchAccount({ ...EVIDENCE, history })).alarmsWrong).toBe(0);
    const quiet = [occurrence(1, 1, 2), occurrence(2, 5, undefined, { ...chattering, quietAt: START + 9 })];
    expect((await takeWatchAccount({ ...EVIDENCE, history: quiet })).alarmsWrongFrom).toEqual({
      ...NOTHING,
      unpaired: 1,
    });
  });

  it("takes the end of an alarm whose rule or device is gone for its end", async () => {
    const history = [occurrence(1, 1, 2), occurrence(2, 5, 9, { isClosed: true })];
    const notices = new Map([...EVIDENCE.notices, ...told([2, "end", 9, 12])]);
    expect((await takeWatchAccount({ ...EVIDENCE, notices, history })).alarmsWrong).toBe(0);
  });

  it("does not judge a device that never spoke", async () => {
    const never = occurrence(1, 1, undefined, { deviceId: "b", isRaiseTold: false });
    expect(await takeWatchAccount({ ...EVIDENCE, history: [...EVIDENCE.history, never] })).toMatchObject({
      alarmsWrong: 0,
      alarmsNotFollowed: 1,
    });
  });
});

describe("WatchLedger", () => {
  it("keeps the sweeps that came to their end without an error, and counts mails", async () => {
    const ledger = new WatchLedger();
    const line = { streamClock: 5, durationMs: 20, _aws: { Timestamp: 100 } };
    for (const each of [line, { ...line, errors: { Oops: 1 } }, { level: "ERROR" }, 7])
      ledger.logged(JSON.stringify(each));
    ledger.logged("no JSON");
    ledger.mailed();
    expect(ledger.looks).toEqual([{ clock: 5, endedAt: 120 }]);
    expect(ledger.mails).toBe(1);
  });
});
