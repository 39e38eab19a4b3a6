import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { Streams } from "../../../cli/kit/terminal";
import { endWithOutput, hasReader, outliveOutput } from "../../../cli/kit/written";

const FULL = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
const NO_READER = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });

/** A stream of a process, which cannot be written where there is an error. As those, it takes more after an error. */
function stream(error: Error | undefined): NodeJS.WriteStream {
  const events = new EventEmitter();
  const write = (text: string, done?: () => void) => {
    if (error !== undefined && text !== "") setImmediate(() => events.emit("error", error));
    if (done) setImmediate(done);
  };
  return Object.assign(events, { write }) as unknown as NodeJS.WriteStream;
}

/** The status at the end of a run that has written a line to each stream, and what it noted. */
async function ended(
  status: number,
  errors: Partial<Record<keyof Streams, Error>>,
  isFailure?: (error: Error) => boolean,
) {
  const notes: string[] = [];
  const streams = { stdout: stream(errors.stdout), stderr: stream(errors.stderr) };
  const statusOf = outliveOutput(streams, { note: (text) => notes.push(text) }, isFailure);
  streams.stdout.write("result\n");
  streams.stderr.write("note\n");
  await new Promise(setImmediate);
  return { status: await statusOf(status), notes };
}

describe("outliveOutput", () => {
  it.each([
    ["everything is written", 0, {}, 0],
    ["a note is not written", 0, { stderr: FULL }, 0],
    ["the run failed anyway", 2, { stderr: FULL }, 2],
  ])("leaves the status as it is where %s", async (_what, status, full, expected) => {
    expect(await ended(status, full)).toEqual({ status: expected, notes: [] });
  });

  it.each([
    [0, 1],
    [2, 2],
  ])("makes a failure of status %d where the result is not written, and says why", async (status, expected) => {
    const notes = ["The result cannot be written to standard output: no space left on device"];
    expect(await ended(status, { stdout: FULL, stderr: FULL })).toEqual({ status: expected, notes });
  });

  it("leaves a reader that has ended out of account where it may, and nothing else", async () => {
    expect(await ended(0, { stdout: NO_READER }, hasReader)).toEqual({ status: 0, notes: [] });
    expect(await ended(0, { stdout: FULL }, hasReader)).toMatchObject({ status: 1 });
    expect(await ended(0, { stdout: NO_READER })).toMatchObject({ status: 1 });
  });
});

describe("endWithOutput", () => {
  it.each([
    ["with 0 where the reader has ended", { stdout: NO_READER }, [0], []],
    [
      "with 1 and the reason where the disk is full",
      { stdout: FULL },
      [1],
      ["The result cannot be written to standard output: no space left on device"],
    ],
    ["not for a note that is not written", { stderr: NO_READER }, [], []],
  ])("ends the process %s", async (_how, errors: Partial<Record<keyof Streams, Error>>, ends, told) => {
    const [statuses, notes]: [number[], string[]] = [[], []];
    const streams = { stdout: stream(errors.stdout), stderr: stream(errors.stderr) };
    endWithOutput(streams, { note: (text) => notes.push(text) }, (status) => statuses.push(status));
    streams.stdout.write("result\n");
    streams.stderr.write("note\n");
    await new Promise(setImmediate);
    expect({ statuses, notes }).toEqual({ statuses: ends, notes: told });
  });
});
