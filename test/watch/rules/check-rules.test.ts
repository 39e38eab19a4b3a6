import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestWord } from "../../../lib/nearest-word";
import { checkWatchRules, MAX_RULES } from "../../../watch/rules/check-rules";

const anomalyLimits = { temperature: { min: 0, max: 100 } };
const check = (given: unknown) => checkWatchRules(given, { anomalyLimits, nearest: nearestWord });
const problemsOf = (given: unknown) => {
  const checked = check(given);
  return checked.ok ? [] : checked.problems;
};

describe("watchRules", () => {
  it("is none where nothing is given", () => {
    expect(check(undefined)).toEqual({ ok: true, rules: [] });
    expect(check({})).toEqual({ ok: true, rules: [] });
  });

  it("takes the design's own rules, as an object and as its JSON, with the defaults filled in", () => {
    const given = {
      "boiler-hot": {
        sensorType: "temperature",
        device: "boiler-*",
        above: 90,
        deadband: 5,
        for: "2m",
        clearFor: "5m",
        priority: "high",
        text: "Boiler too hot",
        runbook: "https://wiki.example.com/boiler",
        acknowledge: true,
        remindEvery: "4h",
      },
      "boiler-warm": { sensorType: "temperature", above: "80.5", priority: "low", under: "boiler-hot" },
      stuck: { sensorType: "pressure", flatFor: "2h", tolerance: 0.01 },
      fast: { sensorType: "temperature", changesPerMinute: 5 },
      odd: { sensorType: "temperature", anomaly: true },
      band: { sensorType: "pressure", outside: [1, "9"], deadband: 4, latch: "true" },
      quiet: { device: "*", silentFor: "15m" },
    };
    const plain = { device: "*", deadband: 0, forMs: 0, clearForMs: 0, acknowledge: false, latch: false };
    const rules = [
      {
        name: "boiler-hot",
        device: "boiler-*",
        sensorType: "temperature",
        condition: { kind: "above", limit: 90 },
        deadband: 5,
        forMs: 120_000,
        clearForMs: 300_000,
        priority: "high",
        text: "Boiler too hot",
        runbook: "https://wiki.example.com/boiler",
        acknowledge: true,
        latch: false,
        remindEveryMs: 14_400_000,
      },
      {
        ...plain,
        name: "boiler-warm",
        sensorType: "temperature",
        condition: { kind: "above", limit: 80.5 },
        priority: "low",
        under: "boiler-hot",
      },
      {
        ...plain,
        name: "stuck",
        sensorType: "pressure",
        condition: { kind: "flat", forMs: 7_200_000, tolerance: 0.01 },
        priority: "medium",
      },
      {
        ...plain,
        name: "fast",
        sensorType: "temperature",
        condition: { kind: "change", perMinute: 5 },
        priority: "medium",
      },
      { ...plain, name: "odd", sensorType: "temperature", condition: { kind: "anomaly" }, priority: "medium" },
      {
        ...plain,
        name: "band",
        sensorType: "pressure",
        condition: { kind: "outside", low: 1, high: 9 },
        deadband: 4,
        latch: true,
        priority: "medium",
      },
      { ...plain, name: "quiet", condition: { kind: "silent", forMs: 900_000 }, priority: "medium" },
    ];
    expect(check(given)).toEqual({ ok: true, rules });
    expect(check(JSON.stringify(given))).toEqual({ ok: true, rules });
  });

  it("tells all problems at once, each with what it must be, what it was and the fix", () => {
    expect(
      problemsOf({
        hot: { sensorType: "temperature", abov: 90, for: "2 minutes" },
        Cold: { sensorType: "temperature", below: "low", priority: "urgent" },
      }),
    ).toEqual([
      `"watchRules.hot.abov" must be a field of a rule (above, below, outside, anomaly, flatFor, changesPerMinute, silentFor, sensorType, device, tolerance, deadband, for, clearFor, priority, text, runbook, acknowledge, latch, under, remindEvery), got "abov"; did you mean "above"? Fix: pulumi config rm --path 'watchRules.hot.abov'`,
      `"watchRules.hot.for" must be a duration from 0 to 7d, such as 30s, 2m, 4h or 7d, got "2 minutes". Fix: pulumi config set --path 'watchRules.hot.for' <value>`,
      `"watchRules.hot" must have one condition of above, below, outside, anomaly, flatFor, changesPerMinute, silentFor, got none. Fix: one rule for each condition`,
      `"watchRules.Cold" must be named with 1 to 40 lower-case letters, digits and hyphens, a letter first, got "Cold". Fix: rename the rule`,
      `"watchRules.Cold.below" must be a number, got "low". Fix: pulumi config set --path 'watchRules.Cold.below' <value>`,
      `"watchRules.Cold.priority" must be one of high, medium, low, got "urgent". Fix: pulumi config set --path 'watchRules.Cold.priority' <value>`,
    ]);
  });

  it.each<[string, unknown, string]>([
    ["no object", [1], '"watchRules" must be an object of rules by name'],
    ["text that is no JSON", "{hot", '"watchRules" must be an object of rules by name'],
    ["a rule that is no object", { hot: 90 }, '"watchRules.hot" must be an object with a rule\'s fields, got 90'],
    ["the built-in rule's name", { quality: { silentFor: "5m" } }, '"watchRules.quality" must be another name'],
    ["two conditions", { a: { sensorType: "t", above: 1, below: 0 } }, "got above and below"],
    [
      "a limit without its sensor type",
      { a: { above: 1 } },
      '"watchRules.a.sensorType" must be the sensor type that "above" is a limit of',
    ],
    [
      "a deadband of silence",
      { a: { silentFor: "5m", deadband: 1 } },
      '"watchRules.a.deadband" must be left out with "silentFor"',
    ],
    [
      "a delay of silence",
      { a: { silentFor: "5m", for: "1m" } },
      '"watchRules.a.for" must be left out with "silentFor": it is a delay itself',
    ],
    ["a clearing of silence", { a: { silentFor: "5m", clearFor: "1m" } }, '"watchRules.a.clearFor" must be left out'],
    [
      "a tolerance of a limit",
      { a: { sensorType: "t", above: 1, tolerance: 1 } },
      '"watchRules.a.tolerance" must be left out',
    ],
    ["a silence of less than a minute", { a: { silentFor: "59s" } }, "a duration from 1m to 7d"],
    ["a delay of more than a week", { a: { sensorType: "t", above: 1, for: "8d" } }, "a duration from 0 to 7d"],
    ["a reminder each minute", { a: { sensorType: "t", above: 1, remindEvery: "1m" } }, "a duration from 5m to 7d"],
    [
      "a band that leaves nothing good",
      { a: { sensorType: "t", outside: [0, 10], deadband: 5.1 } },
      '"watchRules.a.deadband" must be at most 5, or no value is good again, got 5.1',
    ],
    ["a band wider than the rate", { a: { sensorType: "t", changesPerMinute: 2, deadband: 3 } }, "must be at most 2"],
    ["a band wider than the bounds", { a: { anomaly: true, deadband: 51 } }, "must be at most 50"],
    [
      "an anomaly without bounds",
      { a: { sensorType: "noise", anomaly: true } },
      '"watchRules.a.sensorType" must be a sensor type with bounds in "anomalyLimits", got "noise"',
    ],
    ["an anomaly that is false", { a: { anomaly: false } }, '"watchRules.a.anomaly" must be true, or left out'],
    ["bounds in the wrong order", { a: { sensorType: "t", outside: [9, 1] } }, "two numbers, the lower one first"],
    [
      "a device that is no glob",
      { a: { device: "boiler 1", silentFor: "5m" } },
      '"watchRules.a.device" must be a device\'s name',
    ],
    [
      "a sensor type with a #",
      { a: { sensorType: "a#b", above: 1 } },
      '"watchRules.a.sensorType" must be a sensor type',
    ],
    [
      "a runbook without an address",
      { a: { silentFor: "5m", runbook: "page 3" } },
      '"watchRules.a.runbook" must be a web address',
    ],
    ["text of two lines", { a: { silentFor: "5m", text: "a\nb" } }, "text of 1 to 200 characters on one line"],
    [
      "a rule under none",
      { hot: { silentFor: "5m" }, warm: { silentFor: "5m", under: "hit" } },
      '"watchRules.warm.under" must be another rule\'s name, got "hit"; did you mean "hot"?',
    ],
    [
      "a rule under itself",
      { a: { silentFor: "5m", under: "a" } },
      '"watchRules.a.under" must not lead back to the rule itself',
    ],
    [
      "rules under each other",
      { a: { silentFor: "5m", under: "b" }, b: { silentFor: "5m", under: "a" } },
      '"watchRules.b.under" must not lead back',
    ],
  ])("refuses %s", (_what, given, problem) => {
    expect(problemsOf(given).join("\n")).toContain(problem);
  });

  it.each([
    [MAX_RULES, true],
    [MAX_RULES + 1, false],
  ])("takes %d rules: %s", (count, ok) => {
    const rules = Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, { silentFor: "5m" }]));
    expect(check(rules).ok).toBe(ok);
  });

  it("never throws, whatever is given", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), fc.string()), (given) => {
        const checked = check(given);
        if (!checked.ok) expect(checked.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
