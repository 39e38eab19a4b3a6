import { describe, expect, it } from "vitest";
import { nearestWord } from "../../../lib/nearest-word";
import { checkWatchQuiet } from "../../../watch/rules/check-quiet";
import { matchesGlob } from "../../../watch/rules/device-glob";
import { formatDuration, parseDuration, spokenDuration } from "../../../watch/rules/duration";
import { quietUntil } from "../../../watch/rules/quiet-time";
import { RuleSet } from "../../../watch/rules/rule-set";

const cleaning = {
  device: "boiler-*",
  days: ["sat", "sun"],
  from: "22:00",
  to: "06:00",
  timezone: "America/Sao_Paulo",
  reason: "cleaning",
} as const;

describe("watchQuiet", () => {
  it("takes windows and what is out of service", () => {
    expect(checkWatchQuiet([cleaning, { device: "pump-3", reason: "revision" }])).toEqual({
      ok: true,
      quiet: [
        {
          device: "boiler-*",
          days: ["sat", "sun"],
          fromMinute: 1320,
          toMinute: 360,
          timezone: "America/Sao_Paulo",
          reason: "cleaning",
        },
        { device: "pump-3", reason: "revision" },
      ],
    });
  });

  it.each<[string, unknown, string]>([
    ["no list", {}, '"watchQuiet" must be a list'],
    ["no device and no reason", [{}], '"watchQuiet[0].device" must be the devices that are quiet, got nothing'],
    ["a day that is none", [{ ...cleaning, days: ["saturday"] }], "a list of different days of mon, tue"],
    ["no days", [{ ...cleaning, days: [] }], "a list of different days"],
    [
      "a time that is none",
      [{ ...cleaning, from: "24:00" }],
      '"watchQuiet[0].from" must be a time of day such as "22:00", got "24:00"',
    ],
    ["a start without an end", [{ ...cleaning, to: undefined }], '"watchQuiet[0].to" must be a time of day'],
    ["no time between", [{ ...cleaning, to: "22:00" }], '"watchQuiet[0].to" must be another time than "from"'],
    ["times without a zone", [{ ...cleaning, timezone: undefined }], '"watchQuiet[0].timezone" must be the time zone'],
    ["a zone that is none", [{ ...cleaning, timezone: "Sao_Paulo" }], "an IANA time zone such as America/Sao_Paulo"],
    ["a misspelt field", [{ ...cleaning, reasn: "x" }], 'did you mean "reason"?'],
  ])("refuses %s", (_what, given, problem) => {
    const checked = checkWatchQuiet(given, nearestWord);
    expect(checked.ok ? "" : checked.problems.join("\n")).toContain(problem);
  });
});

describe("a quiet time", () => {
  const checked = checkWatchQuiet([cleaning]);
  const [window] = checked.ok ? checked.quiet : [];
  // 2026-01-31 is a Saturday; São Paulo is three hours behind UTC.
  it.each([
    ["2026-01-31T21:59:59-03:00", undefined],
    ["2026-01-31T22:00:00-03:00", "2026-01-31T23:00:00-03:00"],
    ["2026-02-01T05:30:10-03:00", "2026-02-01T06:00:00-03:00"],
    ["2026-02-01T06:00:00-03:00", undefined],
    ["2026-02-01T12:00:00-03:00", undefined],
    ["2026-02-02T05:59:59-03:00", "2026-02-02T06:00:00-03:00"],
    ["2026-02-02T22:00:00-03:00", undefined],
  ])("at %s holds until %s, looked at again within the hour", (at, until) => {
    const held = window && quietUntil(window, Date.parse(at));
    expect(held).toBe(until === undefined ? undefined : Date.parse(until));
  });

  it("of whole days ends at midnight, and one without days and times never", () => {
    const sunday = { device: "*", days: ["sun"] as const, timezone: "UTC", reason: "rest" };
    expect(quietUntil(sunday, Date.parse("2026-02-01T23:30:00Z"))).toBe(Date.parse("2026-02-02T00:00:00Z"));
    expect(quietUntil(sunday, Date.parse("2026-02-02T00:00:00Z"))).toBeUndefined();
    expect(quietUntil({ device: "*", reason: "revision" }, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("holds for the devices of its glob, and of several the longest counts", () => {
    const at = Date.parse("2026-01-31T22:00:00-03:00");
    const rules = new RuleSet([], checked.ok ? [...checked.quiet, { device: "boiler-7", reason: "revision" }] : []);
    expect(rules.quietAt("boiler-1", at)?.reason).toBe("cleaning");
    expect(rules.quietAt("boiler-7", at)?.reason).toBe("revision");
    expect(rules.quietAt("pump-1", at)).toBeUndefined();
  });
});

describe("a duration", () => {
  it.each([
    ["30s", 30_000],
    ["2m", 120_000],
    ["4h", 14_400_000],
    ["7d", 604_800_000],
    ["0", 0],
    [0, 0],
    [5, undefined],
    ["5", undefined],
    ["1.5h", undefined],
    ["-1m", undefined],
    ["2 m", undefined],
    ["", undefined],
    [null, undefined],
  ])("%j is %s milliseconds", (given, ms) => {
    expect(parseDuration(given)).toBe(ms);
  });

  it.each([
    [90_000, "90s", "1 min"],
    [120_000, "2m", "2 min"],
    [86_400_000, "1d", "1 d"],
    [12_000_000, "200m", "3 h 20 min"],
    [0, "0s", "0 s"],
  ])("of %d ms is written %s and spoken %s", (ms, written, spoken) => {
    expect(formatDuration(ms)).toBe(written);
    expect(spokenDuration(ms)).toBe(spoken);
  });
});

describe("a device glob", () => {
  it.each([
    ["*", "boiler-7", true],
    ["boiler-*", "boiler-7", true],
    ["boiler-*", "boiler", false],
    ["boiler-?", "boiler-77", false],
    ["*-7", "boiler-7", true],
    ["a:b", "a:b", true],
    ["boiler-7", "boiler-77", false],
  ])("%s fits %s: %s", (glob, device, fits) => {
    expect(matchesGlob(glob, device)).toBe(fits);
  });
});
