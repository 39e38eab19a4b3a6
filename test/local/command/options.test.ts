import { describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/kit/usage-error";
import { localCommand } from "../../../local/command/options";
import { recordingIo } from "../../helpers/recording-io";

const { parse, run } = localCommand(async () => 0);
const DEFAULT_OPTIONS = {
  devices: 25,
  ratePerSecond: 100,
  perMessage: 1,
  silence: 0,
  drift: 0,
  flap: 0,
  form: "list",
  anomalyShare: 0.02,
  badShare: 0.01,
  json: false,
  mqttPort: 1883,
  awsPort: 4566,
  stack: "dev",
  config: [],
  seed: 7,
  patienceMs: 120_000,
  chaos: false,
  clear: false,
};

describe("the command line of npm run local", () => {
  it("has a default for everything, and runs until Ctrl-C", () => {
    expect(parse([], 7)).toEqual(DEFAULT_OPTIONS);
  });

  it("follows every option", () => {
    const line =
      "--devices 0 --rate 2.5 --for 5m --anomalies 0 --bad 1 --json --mqtt-port 0 --aws-port 65535 --stack prod " +
      "--config shardCount=2 --config alarmEmails=a=b --seed 4294967295 --chaos --page-port 4600 --mqtts-port 8884 --keep kept --clear --patience 30s --per-message 20 --form senml --silence 0.1 --drift 0.2 --flap 0.3 --sweep-every 5s";
    expect(parse(line.split(" "), 7)).toEqual({
      devices: 0,
      ratePerSecond: 2.5,
      perMessage: 20,
      silence: 0.1,
      drift: 0.2,
      flap: 0.3,
      sweepEveryMs: 5000,
      form: "senml",
      forMs: 300_000,
      anomalyShare: 0,
      badShare: 1,
      json: true,
      mqttPort: 0,
      awsPort: 65_535,
      stack: "prod",
      config: [
        ["shardCount", "2"],
        ["alarmEmails", "a=b"],
      ],
      seed: 4_294_967_295,
      patienceMs: 30_000,
      chaos: true,
      pagePort: 4600,
      mqttsPort: 8884,
      keep: "kept",
      clear: true,
    });
  });

  it.each([
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["250ms", 250],
  ])("reads the duration %s", (text, forMs) => {
    expect(parse(["--for", text], 7)).toEqual({ ...DEFAULT_OPTIONS, forMs });
  });

  it.each([
    [["--colour"], '"--colour" is not an option of "local"'],
    [["--device", "1"], '"--device" is not an option of "local". Did you mean "--devices"?'],
    [["--rate"], '"--rate" must be a number from 0.01 to 20000, got nothing'],
    [["25"], '"25" is one argument too many. Fix: leave it out'],
    [["--devices", "-1"], '"--devices" must be a whole number from 0 to 5000, got "-1"'],
    [["--devices", "2.5"], '"--devices" must be a whole number from 0 to 5000, got "2.5"'],
    [["--devices", "5001"], '"--devices" must be a whole number from 0 to 5000, got "5001"'],
    [["--rate", "0"], '"--rate" must be a number from 0.01 to 20000, got "0"'],
    [["--rate", ""], '"--rate" must be a number from 0.01 to 20000, got ""'],
    [["--for", "30"], '"--for" must be a duration such as 500ms, 30s, 5m or 1h, at most 24d, got "30"'],
    [["--for", "0s"], '"--for" must be a duration such as 500ms, 30s, 5m or 1h, at most 24d, got "0s"'],
    [["--anomalies", "1.1"], '"--anomalies" must be a number from 0 to 1, got "1.1"'],
    [["--bad", "some"], '"--bad" must be a number from 0 to 1, got "some"'],
    [["--mqtt-port", "65536"], '"--mqtt-port" must be a whole number from 0 to 65535, got "65536"'],
    [["--aws-port", "x"], '"--aws-port" must be a whole number from 0 to 65535, got "x"'],
    [["--stack", "../dev"], '"--stack" must be a stack\'s name: letters, digits, "-", "_" and ".", got "../dev"'],
    [["--config", "shardCount"], '"--config" must be KEY=VALUE, got "shardCount"'],
    [["--page-port", "-"], '"--page-port" must be a whole number from 0 to 65535, got "-"'],
    [["--for", "600h"], '"--for" must be a duration such as 500ms, 30s, 5m or 1h, at most 24d, got "600h"'],
    [
      ["--sweep-every", "25d"],
      '"--sweep-every" must be a duration such as 500ms, 30s, 5m or 1h, at most 24d, got "25d"',
    ],
    [["--clear"], '"--clear" must be given with "--keep", got it alone'],
    [["--keep", ""], '"--keep" must be a folder, such as .local/data, got ""'],
    [["--seed", "1.5"], '"--seed" must be a whole number from 0 to 4294967295, got "1.5"'],
  ])("refuses %j with one message", (args, message) => {
    expect(() => parse(args, 7)).toThrow(UsageError);
    expect(() => parse(args, 7)).toThrow(new Error(message));
  });

  it.each([
    [
      ["--mqtt-port", "5000", "--page-port", "5000"],
      '"--mqtt-port" and "--page-port" must be two ports, got 5000 for both',
    ],
    [["--aws-port", "1883"], '"--mqtt-port" and "--aws-port" must be two ports, got 1883 for both'],
  ])("refuses one port for two purposes: %j", async (args, message) => {
    await expect(run(args, recordingIo())).rejects.toThrow(new UsageError(message));
  });

  it("takes any free port for each", async () => {
    const args = ["mqtt", "mqtts", "aws", "page"].flatMap((name) => [`--${name}-port`, "0"]);
    expect(await run(args, recordingIo())).toBe(0);
  });
});
