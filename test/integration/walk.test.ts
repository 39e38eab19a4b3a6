import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";
import { followWalk, walkersFolder } from "../helpers/walk";

/** What each command of the README's walk shows, in the end where it takes a while. */
const SHOWS: readonly RegExp[] = [
  /^pump-7: added$/m,
  /^$/,
  /^\S+Z +pump-7 +temperature +25\.5$/m,
  /^$/,
  /pump-7 +device_id_spoofed .*must be the thing that published, "pump-7", was "pump-8"/,
  /"kind": "unavailable"/,
  /^$/,
  /^failed +true +1 /m,
  /"faults": \{\}/,
  /^failed +false +1 +1 +0 +0 /m,
  /^time.*\n\S+Z +pump-7 +temperature +25\.5\n\S+Z +pump-7 +temperature +30\n$/,
  /^pump-7: removed$/m,
];

const folder = mkdtempSync(path.join(tmpdir(), "walk-"));
afterAll(() => {
  killLeftRuns();
  rmSync(folder, { recursive: true, force: true });
});

/** Walks with devices that speak this version of MQTT. */
async function walkWith(version: string): Promise<void> {
  const run = new LocalRun("--devices 0 --config retryAttempts=0 --mqtts-port 0 --json");
  const walker = { cwd: walkersFolder(folder, version), endpoint: (await run.ready()).endpoint };
  await followWalk("README.md", walker, SHOWS, asks);
  run.interrupt();
  const ended = await run.ended;
  expect({ status: ended.status, ...summaryOf(ended).external }).toMatchObject({ status: 0, stored: 2, rejected: 1 });
}

describe("a new user's walk", () => {
  it("goes as the README has it, with either version of MQTT", async () => {
    // Side by side: most of a walk is waiting.
    await Promise.all(["311", "5"].map(walkWith));
  });
});

function asks(command: string): boolean {
  return /iot (latest|readings|rejected list)|--dry-run/.test(command);
}
