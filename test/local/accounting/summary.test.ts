import { describe, expect, it } from "vitest";
import { accountsForAll, archiveErrorWords, formatSummary, type Summary } from "../../../local/accounting/summary";

const NONE = {
  stored: 0,
  rejected: 0,
  failed: 0,
  ruleErrors: 0,
  archiveErrors: 0,
  superseded: 0,
  unfinished: 0,
  lost: 0,
  lostFrom: { nowhere: 0, inTableOnly: 0, inArchiveOnly: 0 },
};

const SUMMARY: Summary = {
  published: 2400,
  messages: 2400,
  stored: 2351,
  rejected: 49,
  failed: 0,
  ruleErrors: 0,
  archiveErrors: 0,
  superseded: 0,
  unfinished: 0,
  lost: 0,
  lostFrom: NONE.lostFrom,
  unreadable: 0,
  anomalies: 47,
  archived: 2351,
  latencyMs: { p50: 1982, p99: 5988 },
  unacknowledged: 0,
  external: { taken: 0, ...NONE },
  duplicates: 3,
  readingsPerSecond: 200,
  durationSeconds: 12,
  seed: 1,
  metrics: {},
};

describe("formatSummary", () => {
  it("is a table: what, how many, what it means", () => {
    expect(formatSummary(SUMMARY).split("\n")).toEqual([
      "published        2,400  acknowledged by the broker, at QoS 1",
      "  stored         2,351  in the hot tier, read back",
      "  superseded         0  written again by a later reading of the same identity",
      "  rejected          49  kept in rejected/ with the reason",
      "  failed             0  in the failure destination only",
      "  ruleErrors         0  in the rule's error log only",
      "  lost               0  missing",
      "anomalies           47  of those stored",
      "archived         2,351  of those stored, in the archive's Parquet, read back",
      "duplicates           3  redelivered: stored once, those without a timestamp again",
      "latency p50   1,982 ms  from publish to stored",
      "latency p99   5,988 ms",
      "rate             200/s  over 12 s",
    ]);
  });

  const WATCHED: Summary = {
    ...SUMMARY,
    alarmsRaised: 12,
    alarmsEnded: 9,
    alarmsByRule: { hot: { raised: 10, ended: 9 }, quiet: { raised: 2, ended: 0 } },
    noticesSent: 20,
    noticesRepeated: 0,
    mailsSent: 2,
    alarmsWrong: 0,
    alarmsWrongFrom: { missing: 0, surplus: 0, unended: 0, endedWrongly: 0, unpaired: 0, twoIds: 0 },
    alarmsNotFollowed: 0,
    raiseLatencyMs: { p50: 4200, p95: 6641 },
  };

  it("says what the device watch made of the run, where there is one", () => {
    expect(formatSummary(WATCHED).split("\n").slice(-6)).toEqual([
      "alarmsRaised         12  by the device watch: hot 10, quiet 2",
      "  alarmsEnded         9  3 are still active",
      "  alarmsWrong         0  raised and ended as the devices did it, no more and no less",
      "noticesSent          20  to machines; 2 mails",
      "raise p50         4.2 s  from a reading's arrival to the notice, of rules without a delay",
      "raise p95         6.6 s",
    ]);
    expect(accountsForAll(WATCHED)).toBe(true);
  });

  it("says what is wrong with the alarms, which is an error", () => {
    const wrong = { missing: 1, surplus: 0, unended: 2, endedWrongly: 0, unpaired: 0, twoIds: 0 };
    const summary = { ...WATCHED, alarmsWrong: 3, alarmsWrongFrom: wrong, noticesRepeated: 4, alarmsNotFollowed: 5 };
    const lines = formatSummary(summary).split("\n");
    expect(lines.at(-4)).toMatch(/3 {2}1 missing, 2 unended: this must not be; 5 were not followed$/);
    expect(lines.at(-3)).toMatch(/to machines, 4 of them again under the same id; 2 mails$/);
    expect(accountsForAll(summary)).toBe(false);
  });

  it("says more where there is more to say", () => {
    const more = {
      ...SUMMARY,
      lost: 1,
      lostFrom: { ...NONE.lostFrom, nowhere: 1 },
      archiveErrors: 6,
      unfinished: 7,
      unacknowledged: 2,
      unreadable: 3,
      external: { ...NONE, taken: 5, stored: 4, rejected: 1 },
      faults: { dynamodb: 1234 },
    };
    const lines = formatSummary(more)
      .split("\n")
      .map((line) => line.trim().replaceAll(/ +/g, " "));
    expect(lines).toContain("archiveErrors 6 in the hot tier, and in firehose-errors/ instead of the archive");
    expect(lines).toContain("unfinished 7 still on their way when the run gave up waiting");
    expect(lines).toContain("lost 1 missing: this is a bug");
    expect(lines.slice(15)).toEqual([
      "unacknowledged 2 sent, but the run ended before the PUBACK",
      "external 5 other clients': 4 stored, 1 rejected",
      "unreadable 3 objects of the archive bucket; what they hold is not counted",
      "faults: dynamodb 1,234 injected",
    ]);
  });

  it('says "missing" only of readings in no tier', () => {
    const lostFrom = { nowhere: 0, inTableOnly: 2, inArchiveOnly: 1 };
    const external = { ...NONE, taken: 1, lost: 1, lostFrom: { ...NONE.lostFrom, nowhere: 1 } };
    const lines = formatSummary({ ...SUMMARY, lost: 3, lostFrom, external }).split("\n");
    expect(lines[6]).toMatch(
      /lost +3 {2}2 in the table, not in the archive; 1 in the archive, not in the table: this is a bug$/,
    );
    expect(lines.at(-1)).toMatch(/external +1 {2}other clients': 1 lost \(missing: this is a bug\)$/);
  });
});

describe("accountsForAll", () => {
  it.each([
    ["nothing is lost", {}, true],
    ["a reading of the fleet is lost", { lost: 1 }, false],
    ["the run gave up", { unfinished: 1 }, false],
    ["another client's message is lost", { external: { ...NONE, taken: 1, lost: 1 } }, false],
    ["another client's message is unfinished", { external: { ...NONE, taken: 1, unfinished: 1 } }, false],
    ["a reading of the fleet is not archived", { archiveErrors: 1 }, false],
    ["another client's reading is not archived", { external: { ...NONE, taken: 1, archiveErrors: 1 } }, false],
    ["messages failed", { failed: 1, ruleErrors: 1 }, true],
  ])("where %s", (_what, change, all) => {
    expect(accountsForAll({ ...SUMMARY, ...change })).toBe(all);
  });
});

describe("archiveErrorWords", () => {
  it("says how many readings the archive lacks, where they are, and why", () => {
    const external = { ...NONE, taken: 1, archiveErrors: 1 };
    expect(archiveErrorWords({ ...SUMMARY, archiveErrors: 1233, external }, "the function failed")).toBe(
      "1,234 readings are missing in the archive: its delivery has left them in firehose-errors/ (the function failed).",
    );
    expect(archiveErrorWords({ ...SUMMARY, archiveErrors: 2 }, undefined)).toMatch(/ in firehose-errors\/\.$/);
    expect(archiveErrorWords(SUMMARY, undefined)).toBeUndefined();
  });
});
