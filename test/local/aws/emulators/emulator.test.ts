import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Emulator } from "../../../../local/aws/emulators/emulator";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "emulator-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Why an emulator ended that does this once it has started. */
function whyEnded(program: string): Promise<string> {
  const file = path.join(folder, "child.mjs");
  writeFileSync(file, `process.send({ port: 1 }, () => { ${program} });`);
  return new Promise((resolve, reject) => {
    Emulator.start(file, "dynamodb", {}, resolve).catch(reject);
  });
}

describe("Emulator", () => {
  it.each([
    ['process.kill(process.pid, "SIGKILL");', "the dynamodb emulator ended (SIGKILL), and what it held is lost"],
    [
      'process.stderr.write("no space\\n", () => process.exit(1));',
      "the dynamodb emulator ended (1), and what it held is lost: no space",
    ],
  ])("says how it ended, and what to do: %s", async (program, why) => {
    expect(await whyEnded(program)).toBe(
      `${why}. Fix: start the run again, with more free memory or disk space if that ran out`,
    );
  });
});
