import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { defineCommand, defineGroup } from "../../../cli/kit/command";
import { flag, optional, required } from "../../../cli/kit/options";
import { runProgram } from "../../../cli/kit/program";
import { UsageError } from "../../../cli/kit/usage-error";
import { text } from "../../../cli/kit/values";
import { recordingIo } from "../../helpers/recording-io";

const add = defineCommand({
  name: "add",
  summary: "add a thing",
  description: "Adds a thing.",
  examples: ["pump-1"],
  positionals: { thing: required(text("NAME", "a name"), "its name") },
  options: { type: optional(text("TYPE", "a type"), "its type"), json: flag("print JSON") },
  run: async ({ thing, type }, io) => {
    if (thing === "used") throw new UsageError("it is used");
    if (thing === "broken") throw new Error("it broke\u001b[2J");
    io.result(`${thing} ${type}`);
    return thing === "half" ? 1 : 0;
  },
});
const program = defineGroup({
  name: "iot",
  summary: "",
  description: "Does things.",
  examples: ["device add pump-1"],
  commands: [
    defineGroup({ name: "device", summary: "devices", description: "Manages.", examples: ["add a"], commands: [add] }),
  ],
});

async function run(line: string, signal?: AbortSignal) {
  const io = recordingIo({ signal });
  const status = await runProgram(program, "npx iot", line === "" ? [] : line.split(" "), io);
  return { status, results: io.results, notes: io.notes };
}

describe("runProgram", () => {
  it("runs the subcommand that the words name, and resolves with its status", async () => {
    expect(await run("device add pump-1")).toEqual({ status: 0, results: ["pump-1 undefined"], notes: [] });
    expect(await run("device add half --type a")).toMatchObject({ status: 1, results: ["half a"] });
  });

  it("finds the subcommand behind options and their values", async () => {
    expect(await run("--type add device --json add pump-1")).toMatchObject({ status: 0, results: ["pump-1 add"] });
  });

  it.each([
    ["--help", "Usage: npx iot <command> [options]"],
    ["-h", "Usage: npx iot <command> [options]"],
    ["--help nothing", "Usage: npx iot <command> [options]"],
    ["device --help", "Usage: npx iot device <command> [options]"],
    ["device add --help", "Usage: npx iot device add NAME [options]"],
    ["device add --wrong --type --help", "Usage: npx iot device add NAME [options]"],
  ])("answers %s before it looks at the rest", async (line, usage) => {
    const { status, results, notes } = await run(line);
    expect({ status, notes, usage: results[0]?.split("\n")[0] }).toEqual({ status: 0, notes: [], usage });
  });

  it.each([
    ["", 2, 'A command is required: one of device\nTry "npx iot --help".'],
    ["devcie", 2, '"devcie" is not a command. Did you mean "device"?\nTry "npx iot --help".'],
    ["x", 2, '"x" is not a command. Fix: use one of device\nTry "npx iot --help".'],
    ["device", 2, 'A command is required: one of add\nTry "npx iot device --help".'],
    ["device add", 2, '"NAME" is required, for example pump-1\nTry "npx iot device add --help".'],
    ["device add used", 2, 'it is used\nTry "npx iot device add --help".'],
    ["device add broken", 1, "it broke\u001b[2J"],
  ])("of %j ends with %d", async (line, status, note) => {
    expect(await run(line)).toEqual({ status, results: [], notes: [note] });
  });

  it.each([
    ["leaves a command that only reads", false, 130],
    ["lets a command that changes something come to its end", true, 0],
  ])("at Ctrl-C %s", async (_what, changes, status) => {
    const stop = new AbortController();
    const slow = defineCommand({
      name: "slow",
      summary: "be slow",
      description: "Is slow.",
      examples: [""],
      changes,
      run: async () => {
        stop.abort();
        await sleep(1500);
        return 0;
      },
    });
    expect(await runProgram(slow, "npx slow", [], recordingIo({ signal: stop.signal }))).toBe(status);
  });

  it("waits for a command that only reads to clean up after Ctrl-C, which did not answer though it ended", async () => {
    const stop = new AbortController();
    let isClean = false;
    const quick = defineCommand({
      name: "quick",
      summary: "be quick",
      description: "Is quick.",
      examples: [""],
      run: async () => {
        stop.abort();
        await sleep(50);
        isClean = true;
        return 0;
      },
    });
    const status = await runProgram(quick, "npx quick", [], recordingIo({ signal: stop.signal }));
    expect({ status, isClean }).toEqual({ status: 130, isClean: true });
  });

  it("ends with 130 where Ctrl-C is why it failed", async () => {
    expect(await run("device add broken", AbortSignal.abort())).toEqual({ status: 130, results: [], notes: [] });
  });
});
