import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parseConfig, type StackConfig } from "../../lib/config";
import { readConfig } from "../../lib/read-config";
import { record } from "../../local/stack/capture";

const DEFAULTS: StackConfig = {
  environmentSuffix: "dev",
  topicPrefix: "",
  alarmEmails: [],
  streamMode: "PROVISIONED",
  shardCount: 4,
  streamRetentionHours: 24,
  batchSize: 100,
  parallelizationFactor: 2,
  reservedConcurrency: 10,
  mayReserve: true,
  hotRetentionDays: 30,
  anomalyLimits: { temperature: { min: 0, max: 100 }, pressure: { min: 0, max: 200 } },
  logRetentionDays: 30,
  protectData: true,
  permissionsBoundaryArn: "",
  retryAttempts: 3,
  retryMaxAgeSeconds: -1,
  silenceMinutes: 15,
  alarmFunctionErrors: 10,
  alarmIteratorAgeMs: 60_000,
  alarmThrottledWrites: 10,
  alarmRejectedReadings: 10,
  alarmAnomalies: 10,
  alarmArchiveAgeMinutes: 60,
  queryScanLimitGb: 10,
  watchRules: [],
  watchQuiet: [],
  watchWindowSeconds: 5,
  watchFanOut: false,
};

function parse(given: Readonly<Record<string, unknown>>): StackConfig {
  const parsed = parseConfig({ environmentSuffix: "dev", ...given }, "sa-east-1");
  if (parsed.ok) return parsed.config;
  throw new Error(parsed.problems.join("\n"));
}

function problems(given: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = parseConfig({ environmentSuffix: "dev", ...given }, "sa-east-1");
  return parsed.ok ? [] : parsed.problems;
}

const setOrRemove = (key: string, path = key) =>
  `Fix: pulumi config set ${path} <value>, or pulumi config rm ${key} for the default`;

describe("parseConfig", () => {
  it("has a default for every key", () => {
    expect(parse({})).toEqual(DEFAULTS);
  });

  it("reads the texts that Pulumi hands over", () => {
    expect(
      parse({
        environmentSuffix: "plant-7",
        alarmEmails: '["a@example.com"]',
        shardCount: "2",
        reservedConcurrency: "auto",
        anomalyLimits: '{"vibração":{"max":"90.5"}}',
        protectData: "false",
        retryAttempts: "-1",
      }),
    ).toEqual({
      ...DEFAULTS,
      environmentSuffix: "plant-7",
      alarmEmails: ["a@example.com"],
      shardCount: 2,
      anomalyLimits: { ...DEFAULTS.anomalyLimits, vibração: { max: 90.5 } },
      protectData: false,
      retryAttempts: -1,
    });
  });

  it("reads the values that a file holds", () => {
    expect(parse({ alarmEmails: ["a@example.com"], shardCount: 2, protectData: false })).toEqual({
      ...DEFAULTS,
      alarmEmails: ["a@example.com"],
      shardCount: 2,
      protectData: false,
    });
  });

  it.each([
    ["shardCount", [1, 5], [0, 501, "4.5", "four", "", "1e1", true, null, [4]]],
    ["streamRetentionHours", [24, 8760], [23, 8761]],
    ["batchSize", [1, 10_000], [0, 10_001]],
    ["parallelizationFactor", [1, 2], [0, 11]],
    ["reservedConcurrency", [8, 10_000, -1, "auto"], [0, -2, 10_001, "none"]],
    ["hotRetentionDays", [1, 3650], [0, 3651]],
    ["logRetentionDays", [1, 3653, "365"], [0, 2, 366, "forever"]],
    ["retryAttempts", [-1, 0, 10_000], [-2, 10_001]],
    ["retryMaxAgeSeconds", [-1, 60, 604_800], [0, 59, 604_801]],
    ["silenceMinutes", [0, 1440], [-1, 1441]],
    ["alarmFunctionErrors", [0, 1_000_000], [-1, 1_000_001]],
    ["alarmIteratorAgeMs", [1000, 604_800_000], [999, 604_800_001]],
    ["alarmThrottledWrites", [0, 1_000_000], [-1, 1_000_001]],
    ["alarmRejectedReadings", [0, 1_000_000], [-1, 1_000_001]],
    ["alarmAnomalies", [0, 1_000_000], [-1, 1_000_001]],
    ["protectData", [true, false, "true", "false"], ["yes", 1, "TRUE"]],
    [
      "permissionsBoundaryArn",
      ["", "arn:aws:iam::123456789012:policy/boundary", "arn:aws:iam::123456789012:policy/plant/a_b+=,.@-"],
      ["boundary", "arn:aws:iam::123456789012:role/boundary", "arn:aws:iam::1:policy/boundary", 1],
    ],
    ["streamMode", ["PROVISIONED", "ON_DEMAND"], ["on-demand", "on_demand", 1]],
    [
      "alarmEmails",
      [[], ["a@example.com", "b@example.com"]],
      ["a@example.com", ["a"], ["a@b"], ["a b@example.com"], [1], { a: 1 }, ["a@example.com", "a@example.com"]],
    ],
    [
      "anomalyLimits",
      [{}, { t: { min: -1.5 } }, { t: { max: 0 } }, { t: { min: 1, max: 2 } }, { ["x".repeat(64)]: { min: 0 } }],
      [
        "{",
        [],
        { t: {} },
        { t: 1 },
        { t: { min: 1, max: 1 } },
        { t: { min: 2, max: 1 } },
        { t: { min: "low" } },
        { t: { min: "" } },
        { t: { mim: 1 } },
        { "": { min: 1 } },
        { "a#b": { min: 1 } },
        { "e\u0301": { min: 1 } },
        { ["x".repeat(65)]: { min: 0 } },
        { "temperature ": { max: 1 } },
        { "temp\u200Berature": { max: 1 } },
        { "\u00A0": { max: 1 } },
        { Temperature: { max: 90 } },
      ],
    ],
    [
      "environmentSuffix",
      ["d", "prod", "plant-7-eu", "x".repeat(27)],
      ["", "Prod", "a_b", "-a", "a-", "x".repeat(28), 7],
    ],
  ] as const)("takes what is in range for %s, and refuses what is not", (key, good, bad) => {
    const longest = { streamRetentionHours: 8760 };
    for (const value of good) expect(problems({ ...longest, [key]: value })).toEqual([]);
    for (const value of bad)
      expect(problems({ [key]: value })).toEqual([expect.stringMatching(`^"${key}" must be .*got`)]);
  });

  it.each([
    [{ shardCount: "0" }, `"shardCount" must be a whole number from 1 to 500, got "0". ${setOrRemove("shardCount")}`],
    [
      { retryMaxAgeSeconds: 59 },
      `"retryMaxAgeSeconds" must be a whole number from 60 to 604800, or -1, got 59. ${setOrRemove("retryMaxAgeSeconds")}`,
    ],
    [{ protectData: "yes" }, `"protectData" must be true or false, got "yes". ${setOrRemove("protectData")}`],
    [
      { alarmEmails: "a@example.com" },
      `"alarmEmails" must be a list of different e-mail addresses, such as ["operations@example.com"], got "a@example.com". ${setOrRemove("alarmEmails", "--path 'alarmEmails[0]'")}`,
    ],
    [
      { environmentSuffix: "Dev" },
      `"environmentSuffix" must be 1 to 27 lower-case letters, digits and hyphens, with a letter or digit at both ends ("iot-sensor-access-logs-<suffix>-<account>" must stay a valid name), and not begin with "feed-" or "sweep-", got "Dev". Fix: pulumi config set environmentSuffix <value>`,
    ],
    [
      { shardCounts: 4 },
      '"shardCounts" is not a key of this project; did you mean "shardCount"? Fix: pulumi config rm shardCounts',
    ],
    [{ colour: "red" }, '"colour" is not a key of this project. Fix: pulumi config rm colour'],
    [
      { shardCount: 6 },
      '"reservedConcurrency" must be at least "shardCount" x "parallelizationFactor", 6 x 2 = 12, got 10. ' +
        "Fix: pulumi config set reservedConcurrency 12, or pulumi config set reservedConcurrency -- -1 to reserve none",
    ],
  ])("says what is wrong with %j and how to put it right", (given, message) => {
    expect(problems(given)).toEqual([message]);
  });

  it.each(["us-east-1", undefined])("refuses the region %s", (region) => {
    const got = region === undefined ? "nothing" : `"${region}"`;
    expect(parseConfig({ environmentSuffix: "dev" }, region)).toEqual({
      ok: false,
      problems: [
        `"aws:region" must be sa-east-1, because the plant's data stays in Brazil, got ${got}. Fix: pulumi config set aws:region sa-east-1`,
      ],
    });
  });

  it("refuses a stack that does not say its suffix: it would take another one's names", () => {
    for (const given of [{}, { environmentSuffix: undefined }, { environmentSuffix: "" }])
      expect(parseConfig(given, "sa-east-1")).toEqual({
        ok: false,
        problems: [
          expect.stringMatching(/^"environmentSuffix" must be .*Fix: pulumi config set environmentSuffix <value>$/),
        ],
      });
  });

  it.each(["", "plant-a", "a/b/c/d/e", "Plant_1.x", "x".repeat(111)])("takes the topic prefix %j", (topicPrefix) => {
    expect(parse({ topicPrefix }).topicPrefix).toBe(topicPrefix);
  });

  it.each([
    ..."/plant plant/ a//b a/b/c/d/e/f + # a/+ $aws a'b a*b ${x} a?b sensor plant/sensor/data planta\u0301".split(" "),
    "a b",
    "x".repeat(112),
    null,
    ["a"],
  ])("refuses the topic prefix %j", (topicPrefix) => {
    expect(problems({ topicPrefix })).toEqual([
      expect.stringMatching(/^"topicPrefix" must be empty, or 1 to 5 topic levels/),
    ]);
  });

  it("reports everything at once", () => {
    const given = { shardCount: 0, batchSize: "x", colour: 1, environmentSuffix: "A" };
    const parsed = parseConfig(given, "us-east-1");
    expect(parsed).toEqual({
      ok: false,
      problems: ["aws:region", "colour", "environmentSuffix", "shardCount", "batchSize"].map((key) =>
        expect.stringMatching(`^"${key}"`),
      ),
    });
  });

  it("reads the rules of the device watch, and when it is quiet", () => {
    const { watchRules, watchQuiet } = parse({
      watchRules: '{"hot":{"sensorType":"temperature","above":"90.5"},"silent":{"silentFor":"15m"}}',
      watchQuiet: [{ device: "boiler-*", reason: "revision" }],
    });
    expect(watchRules.map(({ name, condition }) => [name, condition])).toEqual([
      ["hot", { kind: "above", limit: 90.5 }],
      ["silent", { kind: "silent", forMs: 900_000 }],
    ]);
    expect(watchQuiet).toEqual([{ device: "boiler-*", reason: "revision" }]);
  });

  it("reports each problem of the rules and quiet times beside the other keys', with what was meant", () => {
    const given = {
      shardCount: 0,
      watchRules: {
        hot: { sensorTyp: "temperature", above: "warm" },
        cold: { anomaly: true, sensorType: "humidity" },
      },
      watchQuiet: [{ device: "a b", reason: "revision", day: ["sat"] }],
      watchWindowSeconds: 301,
    };
    expect(problems(given).map((text) => /^"([^"]*)"/.exec(text)?.[1])).toEqual([
      "shardCount",
      "watchRules.hot.sensorTyp",
      "watchRules.hot.above",
      "watchRules.hot.sensorType",
      "watchRules.cold.sensorType",
      "watchQuiet[0].device",
      "watchQuiet[0].day",
      "watchWindowSeconds",
    ]);
    expect(problems(given)).toContainEqual(expect.stringContaining('did you mean "sensorType"?'));
    expect(problems(given)).toContainEqual(expect.stringContaining('did you mean "days"?'));
    for (const text of problems(given)) expect(text).toMatch(/ Fix: pulumi config (set|rm) /);
  });

  it("knows the bounds that a rule of anomalies needs, also those of this configuration", () => {
    const watchRules = { odd: { sensorType: "humidity", anomaly: true } };
    expect(problems({ watchRules })).toHaveLength(1);
    expect(parse({ watchRules, anomalyLimits: { humidity: { max: 90 } } }).watchRules).toHaveLength(1);
  });

  it("shows nothing of rules that are a secret", () => {
    const given = { environmentSuffix: "dev", watchRules: { hunter2: { above: 1 } } };
    const parsed = parseConfig(given, "sa-east-1", ["watchRules"]);
    expect(parsed).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^"watchRules" must be .*, got a secret\./)],
    });
    expect(JSON.stringify(parsed)).not.toContain("hunter2");
  });

  it("lets no function reserve where the account cannot", () => {
    expect(parse({ reservedConcurrency: -1 }).mayReserve).toBe(false);
    expect(parse({ streamMode: "ON_DEMAND" }).mayReserve).toBe(true);
  });

  it("takes more shards where more is reserved, nothing is, or AWS chooses them", () => {
    expect(parse({ shardCount: 6, reservedConcurrency: 12 }).reservedConcurrency).toBe(12);
    expect(parse({ shardCount: 6, reservedConcurrency: -1 }).reservedConcurrency).toBeUndefined();
    expect(parse({ shardCount: 6, streamMode: "ON_DEMAND" }).reservedConcurrency).toBeUndefined();
    expect(parse({ streamMode: "ON_DEMAND", reservedConcurrency: 4 }).reservedConcurrency).toBe(4);
  });

  it.each([
    ["one bound", { temperature: { max: 90 } }, { temperature: { min: 0, max: 90 }, pressure: { min: 0, max: 200 } }],
    [
      "Pulumi's text",
      '{"temperature":{"max":"90"}}',
      { temperature: { min: 0, max: 90 }, pressure: { min: 0, max: 200 } },
    ],
    ["another type", { vibration: { max: 7 } }, { ...DEFAULTS.anomalyLimits, vibration: { max: 7 } }],
    [
      "a bound's removal",
      { temperature: { max: "none" } },
      { temperature: { min: 0 }, pressure: { min: 0, max: 200 } },
    ],
    ["a type's removal", { pressure: "none" }, { temperature: { min: 0, max: 100 } }],
    ["both bounds' removal", { pressure: { min: "none", max: "none" } }, { temperature: { min: 0, max: 100 } }],
    ["every type's removal", { temperature: "none", pressure: "none" }, {}],
    ["nothing", {}, DEFAULTS.anomalyLimits],
  ])("lets a part of anomalyLimits stand over the defaults, and the rest as it is: %s", (_what, given, limits) => {
    expect(parse({ anomalyLimits: given }).anomalyLimits).toEqual(limits);
  });

  it("refuses a bound that contradicts the default of the other one", () => {
    expect(problems({ anomalyLimits: { temperature: { min: 100 } } })).toEqual([
      expect.stringContaining('min below max, each a number or "none"'),
    ]);
  });

  it("refuses bounds that the function's environment has no room for", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`type-${i}`, { min: 0 }]));
    expect(problems({ anomalyLimits: many })).toEqual([
      expect.stringContaining(
        "must be at most 3500 bytes as JSON within JSON, which is what the function's environment has room for",
      ),
    ]);
  });

  it.each([
    ["alarmIteratorAgeMs", 24 * 3_600_000, 24, "86400000 milliseconds"],
    ["alarmArchiveAgeMinutes", 25 * 60, 25, "1500 minutes"],
  ])("refuses an age at which no record is left: %s", (key, value, streamRetentionHours, most) => {
    expect(problems({ [key]: value, streamRetentionHours })).toEqual([
      `"${key}" must be below the ${streamRetentionHours} hours of "streamRetentionHours", ${most}, got ${value}. Fix: pulumi config set ${key} <value>, or pulumi config set streamRetentionHours <value>`,
    ]);
    expect(parse({ [key]: value - 1, streamRetentionHours })).toMatchObject({ [key]: value - 1 });
  });

  it.each(["feed-a", "sweep-a"])("refuses a suffix with another stack's names: %s", (environmentSuffix) => {
    expect(problems({ environmentSuffix })).toEqual([
      expect.stringContaining('and not begin with "feed-" or "sweep-"'),
    ]);
  });

  it("cuts a long value, and shows no secret", () => {
    expect(problems({ shardCount: "9".repeat(200) })).toEqual([expect.stringContaining("… (202 characters)")]);
    const parsed = parseConfig({ environmentSuffix: "dev", shardCount: "hunter2" }, "sa-east-1", ["shardCount"]);
    expect(parsed).toEqual({ ok: false, problems: [expect.stringContaining("got a secret.")] });
    expect(JSON.stringify(parsed)).not.toContain("hunter2");
  });
});

describe("readConfig", () => {
  it("reads the project's keys, and no other namespace's", async () => {
    let config: StackConfig | undefined;
    await record(
      () => {
        config = readConfig();
      },
      { config: { environmentSuffix: "dev", shardCount: 2, "other:shardCount": 3 } },
    );
    expect(config).toEqual({ ...DEFAULTS, shardCount: 2 });
  });

  it("ends with every problem in one message, which Pulumi shows without a stack trace", async () => {
    const reading = record(
      () => {
        readConfig();
      },
      { config: { environmentSuffix: "dev", "aws:region": "us-east-1", shardCount: 0 } },
    );
    await expect(reading).rejects.toBeInstanceOf(pulumi.RunError);
    await expect(reading).rejects.toThrow(
      [
        "The configuration has 2 problems; nothing was created.",
        `  - "aws:region" must be sa-east-1, because the plant's data stays in Brazil, got "us-east-1". Fix: pulumi config set aws:region sa-east-1`,
        `  - "shardCount" must be a whole number from 1 to 500, got "0". ${setOrRemove("shardCount")}`,
      ].join("\n"),
    );
  });

  it("shows no value that was set with --secret", async () => {
    process.env.PULUMI_CONFIG_SECRET_KEYS = '["industrial-iot-monitoring:alarmEmails"]';
    try {
      const reading = record(
        () => {
          readConfig();
        },
        { config: { alarmEmails: "private@example.com" } },
      );
      await expect(reading).rejects.toThrow(/"alarmEmails" must be [^\n]*, got a secret\./);
      await expect(reading).rejects.not.toThrow("private@example.com");
    } finally {
      delete process.env.PULUMI_CONFIG_SECRET_KEYS;
    }
  });
});
