import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FLOOD_ABOVE,
  governMail,
  MAIL_EVERY_MS,
  type MailState,
  NO_MAIL,
  type Waiting,
} from "../../watch/machine/mail-governor";
import { PRIORITIES } from "../../watch/rules/rule";

const high = { priority: "high", isRaise: true } as const;
const low = { priority: "low", isRaise: true } as const;

describe("the mail's governor", () => {
  it("L16: one mail a minute a priority, nothing lost, and nothing waits for more than two minutes", () => {
    const tick = fc.record({
      after: fc.integer({ min: 0, max: 90_000 }),
      come: fc.array(fc.record({ priority: fc.constantFrom(...PRIORITIES), isRaise: fc.boolean() }), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(tick, { maxLength: 40 }), (ticks) => {
        let state: MailState = NO_MAIL;
        let now = 0;
        let id = 0;
        let waiting: (Waiting & { id: number; since: number })[] = [];
        const mailed: number[] = [];
        const sentAt = new Map<string, number>();
        const wrong: unknown[] = [];
        for (const { after, come } of [...ticks, { after: 60_000, come: [] }, { after: 60_000, come: [] }]) {
          now += after;
          waiting.push(...come.map((notice) => ({ ...notice, id: id++, since: now })));
          const done = governMail(state, waiting, now);
          state = done.state;
          for (const { priority, notices, isDigest } of done.mails) {
            for (const each of isDigest ? PRIORITIES : [priority]) {
              const before = sentAt.get(each);
              if (before !== undefined && now - before < MAIL_EVERY_MS) wrong.push({ priority: each, before, now });
              sentAt.set(each, now);
            }
            if (notices.length === 0) wrong.push({ priority, now, is: "empty" });
            mailed.push(...notices.map((notice) => notice.id));
          }
          const gone = new Set(mailed);
          waiting = waiting.filter((notice) => !gone.has(notice.id));
        }
        expect(wrong).toEqual([]);
        expect(waiting).toEqual([]);
        expect(mailed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: id }, (_, i) => i));
      }),
      { numRuns: 2000 },
    );
  });

  it("mails the first of a quiet minute at once and the rest together", () => {
    const first = governMail(NO_MAIL, [high], 0);
    expect(first.mails).toEqual([{ priority: "high", notices: [high], isDigest: false }]);
    const second = governMail(first.state, [high, high, low], 59_999);
    expect(second.mails).toEqual([{ priority: "low", notices: [low], isDigest: false }]);
    expect(governMail(second.state, [high, high], 60_000).mails).toEqual([
      { priority: "high", notices: [high, high], isDigest: false },
    ]);
  });

  it.each([
    [FLOOD_ABOVE, false],
    [FLOOD_ABOVE + 1, true],
  ])("sends %d raises as a digest: %s", (count, isDigest) => {
    const { mails } = governMail(NO_MAIL, Array<typeof low>(count).fill(low), 0);
    expect(mails.map((mail) => mail.isDigest)).toEqual([isDigest]);
  });

  it("ends a flood below five raises in ten minutes", () => {
    const flood = governMail(NO_MAIL, [high, ...Array<typeof low>(FLOOD_ABOVE).fill(low)], 0);
    expect(flood.mails[0]).toMatchObject({ priority: "high", isDigest: true });
    const later = governMail(flood.state, [low], 60_000);
    expect(later.mails[0]?.isDigest).toBe(true);
    expect(governMail(later.state, [low, low, low, low], 600_000).mails[0]?.isDigest).toBe(true);
    expect(governMail(later.state, [low, low, low], 600_000).mails[0]?.isDigest).toBe(false);
  });
});
