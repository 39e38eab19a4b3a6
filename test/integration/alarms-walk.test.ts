import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";
import { followWalk, walkersFolder } from "../helpers/walk";

const DOCUMENT = "docs/alarms.md";
/** What each command of the document's walk shows, in the end where it takes a while. */
const SHOWS: readonly RegExp[] = [
  /^boiler-7: added$/m,
  /^$/,
  /^medium +active +boiler-7\/hot\/temperature#1 +\S+Z +.* 97 +97 +90/m,
  /(?=.*"subject": "\[medium\] boiler-7 temperature above 90").*"alarm": "boiler-7\/hot\/temperature#1"/s,
  /^boiler-7\/hot\/temperature#1: acknowledged$/m,
  /^$/,
  / raise +yes +boiler-7\/hot\/temperature#1.* ack +no +boiler-7\/hot\/temperature#1 +valve opened.* end +yes +boiler-7\/hot/s,
  /^boiler-7\/hot: shelved until \S+Z$/m,
  /^$/,
  /^medium +active +boiler-7\/hot\/temperature#2 .*shelved until /m,
  /^boiler-7\/hot: no longer shelved$/m,
  // A slow walker's device may have been silent before.
  /^medium +active +boiler-7\/quiet#\d+ /m,
  /^$/,
  / raise +yes +boiler-7\/quiet#1.* end +yes +boiler-7\/quiet#1/s,
  /^raises told +[3-9] *$/m,
  /^boiler-7: removed$/m,
];

const folder = mkdtempSync(path.join(tmpdir(), "alarms-walk-"));
afterAll(() => {
  killLeftRuns();
  rmSync(folder, { recursive: true, force: true });
});

/** The rules that the document starts the run with. */
function rulesOfDocument(): string {
  const text = readFileSync(path.resolve(__dirname, "../..", DOCUMENT), "utf8");
  return /--config '(watchRules=\{.*\})'/.exec(text)?.[1] ?? "";
}

describe("a new user's walk through the alarms", () => {
  it("goes as its document has it", async () => {
    const run = new LocalRun(`--devices 0 --mqtts-port 0 --sweep-every 5s --json --config ${rulesOfDocument()}`);
    const walker = { cwd: walkersFolder(folder, "5"), endpoint: (await run.ready()).endpoint };
    // Silence is found after a minute and a fifth of it, and the stream's clock may be a sweep behind.
    await followWalk(DOCUMENT, walker, SHOWS, asks, 240_000);
    run.interrupt();
    const ended = await run.ended;
    expect({ status: ended.status, ...summaryOf(ended).external }).toMatchObject({ status: 0, stored: 4 });
  }, 900_000);
});

function asks(command: string): boolean {
  return /^curl |iot alarms (list|history|show|stats)/.test(command);
}
