import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Command } from "../../cli/kit/command";
import { iot } from "../../cli/main";

const ROOT = path.resolve(__dirname, "../..");

/** The commands that change something, as the command line names them. */
function changing({ commands, changes }: Command, words: readonly string[] = []): string[] {
  return [...(changes ? [words.join(" ")] : []), ...commands.flatMap((each) => changing(each, [...words, each.name]))];
}

/** How `npx iot <words>` ended in a shell that sends its output elsewhere. */
function inShell(redirected: string) {
  const script = `"$0" cli/iot.mjs ${redirected}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath], {
    cwd: ROOT,
    encoding: "utf8",
    // The shell warns of a locale that the machine does not have, such as one that ssh has brought along.
    env: { ...process.env, LC_ALL: "C" },
  });
  return { status, stdout, stderr };
}

describe("iot", () => {
  it("goes on without a reader where it changes something", () => {
    expect(changing(iot)).toEqual([
      "device add",
      "device rotate",
      "device remove",
      "device send",
      "alarms ack",
      "alarms shelve",
      "alarms unshelve",
      "alarms expect",
      "alarms forget",
      "replay failed",
      "replay rejected",
      "replay stream",
      "replay rule-errors",
      "restore",
    ]);
  });

  it("says that a full disk takes no result, and fails", () => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, ["cli/iot.mjs", "history", "--list"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    expect({ status, stderr: stderr.replace(/: ENOSPC.*/, ": ENOSPC") }).toEqual({
      status: 1,
      stderr: "The result cannot be written to standard output: ENOSPC\n",
    });
  });

  it.each([
    ["reads only, with 0", "history --list > >(exit) 2>&1", 0],
    ["reports an error to nobody, with the error's status", "history 2> >(exit)", 2],
    ["changes something, with its own status", "device add > >(exit) 2>&1", 2],
  ])("ends without a reader where it %s", (_what, redirected, status) => {
    expect(inShell(redirected)).toEqual({ status, stdout: "", stderr: "" });
  });
});
