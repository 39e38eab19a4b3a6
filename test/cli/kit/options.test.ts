import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flag, optional, parseLine, repeated, required, withDefault } from "../../../cli/kit/options";
import { UsageError } from "../../../cli/kit/usage-error";
import { keyValue, share, text, time, wholeNumber } from "../../../cli/kit/values";

const NOW = Date.parse("2026-02-01T12:00:00Z");
const SYNTAX = {
  name: "add",
  positionals: { device: optional(text("DEVICE", "a name"), "") },
  options: {
    devices: required(wholeNumber(0, 9), ""),
    anomalyShare: withDefault(share, "0.01", "", { name: "anomalies" }),
    seed: withDefault(wholeNumber(0, 1e9), (now) => String(now % 10), ""),
    since: optional(time, "", { aliases: ["from"] }),
    config: repeated(keyValue, ""),
    name: optional(text("NAME", "a name"), ""),
    dryRun: flag("", { excludes: ["json"] }),
    json: flag(""),
    clear: flag("", { needs: ["name"] }),
  },
  example: "--devices 5",
};
const parse = (line: string) => parseLine(SYNTAX, line === "" ? [] : line.split(" "), NOW);

describe("parseLine", () => {
  it("has a default for what was left out", () => {
    expect(parse("--devices 5")).toEqual({
      device: undefined,
      devices: 5,
      anomalyShare: 0.01,
      seed: NOW % 10,
      since: undefined,
      config: [],
      name: undefined,
      dryRun: false,
      json: false,
      clear: false,
    });
  });

  it("reads values by their kinds, wherever they stand, and an older name like the new one", () => {
    const line =
      "--from 2026-01-31T08:00Z pump-1 --anomalies=1 --config a=1 --devices 1 --config b=2 --dry-run --devices 2";
    expect(parse(line)).toMatchObject({
      device: "pump-1",
      devices: 2,
      anomalyShare: 1,
      since: { text: "2026-01-31T08:00Z", start: Date.parse("2026-01-31T08:00Z") },
      config: [
        ["a", "1"],
        ["b", "2"],
      ],
      dryRun: true,
    });
  });

  it("takes a value that begins with a dash where an equals sign says so, and words behind two dashes", () => {
    expect(parse("--devices 5 --name=--json -- --json")).toMatchObject({
      name: "--json",
      device: "--json",
      json: false,
    });
  });

  it.each([
    ["", '"--devices" is required, for example --devices 5'],
    ["--devies 5", '"--devies" is not an option of "add". Did you mean "--devices"?'],
    ["--colour", '"--colour" is not an option of "add"'],
    ["--dryrun", '"--dryrun" is not an option of "add". Did you mean "--dry-run"?'],
    ["-x", '"-x" is not an option of "add"'],
    ["--devices", '"--devices" must be a whole number from 0 to 9, got nothing'],
    ["--devices --json", '"--devices" must be a whole number from 0 to 9, got "--json"'],
    ["--devices -1", '"--devices" must be a whole number from 0 to 9, got "-1"'],
    ["--devices 10", '"--devices" must be a whole number from 0 to 9, got "10"'],
    ["--devices 5 --name --json", '"--name" must be a name, got "--json"'],
    ["--devices 5 --config a", '"--config" must be KEY=VALUE, got "a"'],
    ["--devices 5 --json=yes", '"--json" must be given without a value, got "yes"'],
    ["--devices 5 a b", '"b" is one argument too many. Fix: leave it out'],
    [
      "--devices 5 --json --dry-run",
      '"--dry-run" must be given without "--json", got both. Fix: leave one of them out',
    ],
    ["--devices 5 --clear", '"--clear" must be given with "--name", got it alone'],
    [
      "--devices 5 --from soon",
      '"--from" must be an age (15m, 1h, 7d), a time (2026-01-31T08:00Z), an hour (2026/01/31/08) or a day (2026-01-31), got "soon"',
    ],
  ])("refuses %j with one message", (line, message) => {
    const refused = () => parse(line);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(new Error(message));
  });

  it("refuses with a UsageError, whatever is typed", () => {
    const word = fc.oneof(fc.constantFrom("--devices", "--name", "--json", "--", "-", "5", "--since="), fc.string());
    fc.assert(
      fc.property(fc.array(word), (args) => {
        try {
          parseLine(SYNTAX, args, NOW);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});
