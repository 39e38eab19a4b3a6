import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capacity } from "../../../cli/capacity/capacity";
import { limits, type Plant, shardsNeeded } from "../../../cli/capacity/limits";
import { plan } from "../../../cli/capacity/plan";
import { cost, defaultConfig, USUAL_LOAD } from "../../../cli/cost/cost";
import { costTables, markdown } from "../../../cli/cost/cost-tables";
import { configWith } from "../../../cli/cost/watch-options";
import type { Command } from "../../../cli/kit/command";
import { UsageError } from "../../../cli/kit/usage-error";
import { recordingIo } from "../../helpers/recording-io";

const ROOT = join(__dirname, "../../..");

/** 5,000 devices, each once a second. */
const PLANT: Plant = {
  devices: 5_000,
  secondsBetween: 1,
  readingsPerSecond: 5_000,
  payloadBytes: 220,
  perMessage: 1,
  anomalyShare: 0.01,
  basicIngest: false,
};

async function run(command: Command, args: readonly string[]): Promise<string> {
  const io = recordingIo();
  expect(await command.run(args, io)).toBe(0);
  return io.results.join("\n");
}

describe("shardsNeeded", () => {
  it("fills a shard to seven tenths, by readings or by bytes", () => {
    expect(shardsNeeded(PLANT)).toBe(8);
    expect(shardsNeeded({ ...PLANT, readingsPerSecond: 700 })).toBe(1);
    expect(shardsNeeded({ ...PLANT, readingsPerSecond: 701 })).toBe(2);
    expect(shardsNeeded({ ...PLANT, readingsPerSecond: 100, payloadBytes: 100_000 })).toBe(14);
    expect(shardsNeeded({ ...PLANT, readingsPerSecond: 0.001 })).toBe(1);
  });
});

describe("limits", () => {
  it("has the nearest first", () => {
    const used = limits(PLANT, { ...defaultConfig(), shardCount: 8 }).map(({ needed, limit }) => needed / limit);
    expect(used).toEqual([...used].sort((one, other) => other - one));
    expect(limits(PLANT, { ...defaultConfig(), shardCount: 8 })[0]?.name).toBe("IoT Core: messages in of the account");
  });

  it("knows what one device may send", () => {
    const chatty = { ...PLANT, devices: 1, secondsBetween: 0.005, readingsPerSecond: 200 };
    expect(limits(chatty, { ...defaultConfig(), shardCount: 1 })[0]).toMatchObject({
      name: "IoT Core: messages of one device",
      needed: 200,
      limit: 100,
    });
  });
});

describe("plan", () => {
  it("says what to set where it differs from the default", () => {
    expect(plan(PLANT, defaultConfig())).toMatchObject({
      shards: 8,
      writeUnitsPerSecond: 10_000,
      functionsAtOnce: 16,
      settings: ["shardCount 8", "reservedConcurrency 16"],
    });
    // 2,500 a second fill four shards to less than seven tenths.
    expect(plan({ ...PLANT, readingsPerSecond: 2_500 }, defaultConfig()).settings).toEqual([]);
  });

  it("sets what the stack's own rules accept", () => {
    const { shards, functionsAtOnce } = plan({ ...PLANT, readingsPerSecond: 60_000 }, defaultConfig());
    expect(functionsAtOnce).toBe(shards * defaultConfig().parallelizationFactor);
  });
});

describe("a plan with the device watch", () => {
  const watched = configWith({ watch: true, silentForMs: 900_000, windowSeconds: 5 });
  const shared = (plant: Plant, shardCount: number, watchFanOut = false) =>
    limits(plant, { ...watched, shardCount, watchFanOut }).find(({ name }) => name.startsWith("the shards' reading"));

  it("shares a shard between three readers up to 666 records or 0.66 MB per second", () => {
    const records = { ...PLANT, readingsPerSecond: 1_000 * (2 / 3) };
    expect(shared(records, 1)).toMatchObject({ needed: expect.closeTo(1, 9), limit: 1 });
    const bytes = { ...PLANT, readingsPerSecond: 1, payloadBytes: (1024 ** 2 * 2) / 3 - 20 };
    expect(shared(bytes, 1)).toMatchObject({ needed: expect.closeTo(1, 9), limit: 1 });
    expect(shared(records, 1, true)).toBeUndefined();
    expect(limits(records, defaultConfig()).map(({ name }) => name)).not.toContain(
      "the shards' reading, shared by three",
    );
  });

  it("says when the watch needs a connection of its own, and with how many shards it needs none", () => {
    expect(plan(PLANT, watched)).toMatchObject({
      shards: 8,
      shardsWithoutFanOut: 11,
      settings: ["watchFanOut true", "shardCount 8", "reservedConcurrency 16"],
    });
    expect(plan({ ...PLANT, readingsPerSecond: 466 }, watched)).toMatchObject({
      shards: 1,
      settings: ["shardCount 1"],
    });
    expect(plan({ ...PLANT, readingsPerSecond: 467 }, watched).settings).toEqual(["watchFanOut true", "shardCount 1"]);
  });

  it("is asked for by an option, and is in the bill then", async () => {
    const args = ["--devices", "1000", "--every", "10s"];
    const usd = async (...more: string[]) => JSON.parse(await run(capacity, [...args, "--json", ...more])).usdPerMonth;
    const plain = await usd();
    expect(await usd("--watch")).toBeGreaterThan(plain + 50);
    expect(await usd("--watch", "--silent-for", "1h")).toBeLessThan(await usd("--watch"));
    expect(await usd("--watch", "--watch-window", "30")).toBeLessThan(await usd("--watch"));
    const text = await run(capacity, ["--devices", "5000", "--every", "1s", "--watch"]);
    expect(text).toContain("pulumi config set watchFanOut true");
    expect(text).toContain("instead of watchFanOut, 11 shards have enough");
  });

  it.each(["10s", "8d"])("refuses a silence of %s, which no rule can have", async (silentFor) => {
    const running = run(capacity, ["--devices", "5", "--every", "1s", "--watch", "--silent-for", silentFor]);
    await expect(running).rejects.toThrow('"--silent-for" must be a duration from 1m to 7d');
    await expect(running).rejects.toBeInstanceOf(UsageError);
  });
});

describe("iot capacity", () => {
  it("answers in words, with the bill and what it rests on", async () => {
    const text = await run(capacity, ["--devices", "5000", "--every", "1s", "--bytes", "220"]);
    expect(text).toContain("readings per second     5,000");
    expect(text).toContain("pulumi config set shardCount 8");
    expect(text).toContain("Beyond the limit: IoT Core: messages in of the account");
    expect(text).toContain("A new table takes 4,000 write units per second at first");
    expect(text).toMatch(/together .* ~[\d,]+\.\d\d/);
    expect(text).toContain("Prices of 2026-08-08 to 2026-11-24");
  });

  it("answers in JSON, whose lines add up", async () => {
    const answer = JSON.parse(await run(capacity, ["--devices", "100", "--every", "10s", "--basic-ingest", "--json"]));
    expect(answer).toMatchObject({
      readingsPerSecond: 10,
      shards: 1,
      settings: ["shardCount 1"],
      pricesOf: "2026-08-08 to 2026-11-24",
    });
    const usd = answer.bill.reduce((sum: number, line: { usd: number }) => sum + line.usd, 0);
    expect(usd).toBeCloseTo(answer.usdPerMonth, 9);
    expect(answer.bill.map(({ price }: { price: string }) => price)).not.toContain("iotMessage");
  });

  it.each([
    [[], '"--devices" and "--every" are required, for example --devices 5000 --every 1s'],
    [["--devices", "5"], '"--every" is required, for example --devices 5000 --every 1s'],
    [["--devices", "0", "--every", "1s"], '"--devices" must be a whole number from 1'],
    [["--devices", "5", "--every", "fast"], '"--every" must be a duration such as 500ms'],
    [["--devices", "5", "--every", "0s"], '"--every" must be a duration such as 500ms'],
    [["--device", "5"], '"--device" is not an option of "capacity". Did you mean "--devices"?'],
    [["--devices", "5", "--every", "1s", "--bytes", "200000"], '"--bytes" must be a whole number from 1 to 131072'],
    [["--devices", "5", "--every", "1s", "--anomalies", "2"], '"--anomalies" must be a number from 0 to 1, got "2"'],
    [["--sensors", "5"], '"--sensors" is not an option of "capacity"'],
  ])("refuses %j", async (args, message) => {
    await expect(run(capacity, args)).rejects.toThrow(message);
    await expect(run(capacity, args)).rejects.toBeInstanceOf(UsageError);
  });
});

describe("iot cost", () => {
  it("prints the tables that docs/costs.md has", async () => {
    const page = readFileSync(join(ROOT, "docs/costs.md"), "utf8");
    const printed = await run(cost, ["--markdown"]);
    expect(printed).toBe(markdown(costTables(USUAL_LOAD, defaultConfig()), USUAL_LOAD));
    expect(/<!-- generated: costs -->([^<]*)<!-- end -->/.exec(page)?.[1]?.trim()).toBe(printed);
  });

  it("prints a month of the device watch where it is asked for", async () => {
    expect(await run(cost, [])).not.toContain("device watch");
    const text = await run(cost, ["--watch"]);
    expect(text).toContain("A month of the device watch: 1,000 devices, a reading every 10 s");
    expect(text).toContain("Kinesis: fan-out, with watchFanOut");
  });

  it("prints a row as a JSON object", async () => {
    const [first] = (await run(cost, ["--json"])).split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ table: "A million readings on their way in, once", USD: "1.50" });
  });
});
