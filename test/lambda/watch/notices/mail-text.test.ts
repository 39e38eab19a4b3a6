import { describe, expect, it } from "vitest";
import { type MailNotice, mailText } from "../../../../lambda/watch/notices/mail-text";
import { PLANT_NAME } from "../../../../lambda/watch/notices/sender";
import type { AlarmEvent } from "../../../../watch/machine/alarm-event";
import { noticeId } from "../../../../watch/store/outbox";
import { anyRule, M, rule, ruleSet, T0 } from "../../../watch/plants";

const set = ruleSet([
  rule({ text: "Boiler too hot", runbook: "https://wiki.example.com/boiler", priority: "high" }),
  rule({ name: "vibra", sensorType: "vibração", condition: { kind: "change", perMinute: 5 } }),
  rule({ name: "stuck", condition: { kind: "flat", forMs: 120 * M, tolerance: 0 } }),
  rule({ name: "odd", condition: { kind: "anomaly" } }),
  rule({ name: "band", condition: { kind: "outside", low: 1, high: 2 } }),
  anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
]);

function notice(changes: Partial<AlarmEvent>, deviceId = "boiler-7"): MailNotice {
  const event: AlarmEvent = {
    kind: "raise",
    key: "hot/temperature",
    n: 12,
    at: T0,
    told: true,
    priority: "high",
    raisedAt: T0,
    ...changes,
  };
  return { deviceId, entry: { id: noticeId(deviceId, event), event, pending: ["mail"] } };
}

const mailOf = (notices: readonly MailNotice[], isDigest = false) =>
  mailText({ priority: notices[0]?.entry.event.priority ?? "low", notices, isDigest }, set, "America/Sao_Paulo");

describe("a mail", () => {
  it("of an end says how long, how bad and who acknowledged", () => {
    const end = notice({
      kind: "end",
      at: T0 + 200 * M,
      value: 91,
      peak: 104.123456789,
      limit: 90,
      by: "ana",
      seenAt: T0 + 200 * M,
    });
    expect(mailOf([end])).toEqual({
      subject: "[high] over: boiler-7 temperature above 90",
      body: [
        "over: boiler-7 temperature above 90",
        "Alarm:           boiler-7/hot/temperature#12",
        "Meaning:         Boiler too hot",
        "Value:           91",
        "Limit:           90",
        "Peak:            104.123",
        "Since:           2025-12-31 21:00:00 (America/Sao_Paulo)",
        "Over:            2026-01-01 00:20:00 (America/Sao_Paulo)",
        "Duration:        3 h 20 min",
        "Acknowledged by: ana",
        "Last reading:    2026-01-01 00:20:00 (America/Sao_Paulo)",
        "Runbook:         https://wiki.example.com/boiler",
        `Notice:          boiler-7/hot/temperature#12:end:${T0 + 200 * M}`,
      ].join("\n"),
    });
  });

  it.each<[string, MailNotice]>([
    ["[medium] boiler-7 silent for 15m", notice({ key: "quiet", priority: "medium" })],
    [
      "[medium] boiler-7 sends nothing but old readings: clock 62m behind",
      notice({ key: "quiet", priority: "medium", behindMs: 62 * M }),
    ],
    [
      "[medium] boiler-7 vibracao changes faster than 5 per minute",
      notice({ key: "vibra/vibração", priority: "medium" }),
    ],
    ["[medium] boiler-7 temperature unchanged for 2h", notice({ key: "stuck/temperature", priority: "medium" })],
    ["[medium] boiler-7 temperature out of bounds", notice({ key: "odd/temperature", priority: "medium" })],
    ["[medium] boiler-7 temperature outside 1 to 2", notice({ key: "band/temperature", priority: "medium" })],
    ["[medium] boiler-7 temperature bad quality", notice({ key: "quality/temperature", priority: "medium" })],
    ["[medium] over: boiler-7 temperature gone", notice({ key: "gone/temperature", kind: "end", priority: "medium" })],
    ["[high] chattering: boiler-7 temperature above 90", notice({ kind: "chattering", raises: 3 })],
    ["[high] still: boiler-7 temperature above 90", notice({ kind: "reminder" })],
    ["[high] reset: boiler-7 temperature above 90", notice({ kind: "reset" })],
    ["[high] plant silent: 6 of 10 devices", notice({ key: "plant-silent", value: 6, limit: 10 }, PLANT_NAME)],
  ])("has the subject %s", (subject, one) => {
    expect(mailOf([one]).subject).toBe(subject);
  });

  it.each([
    [98, 98],
    [99, 99],
    [100, 99],
    [160, 99],
  ])("has for one of %d characters a subject of %d, which SNS takes", (length, cut) => {
    const rest = "[high]  temperature above 90".length;
    const { subject } = mailOf([notice({}, "x".repeat(length - rest))]);
    expect(subject).toMatch(/^[\x20-\x7e]+$/);
    expect(subject).toHaveLength(cut);
  });

  it("of a flood counts, names the worst, and stays below SNS's 256 KB", () => {
    const many = Array.from({ length: 5000 }, (_, n) => notice({ n, kind: n % 2 === 0 ? "raise" : "end" }));
    const { subject, body } = mailOf(many, true);
    expect(subject).toBe("[high] Alarm flood: 2500 raises, 2500 ends");
    expect(body).toContain("… and 4800 more. All: npx iot alarms list");
    expect(Buffer.byteLength(body)).toBeLessThan(50_000);
    expect(Buffer.byteLength(mailOf(many).body)).toBeLessThan(100_000);
  });
});
