import { EventEmitter } from "node:events";
import { describe, expect, it } from "@jest/globals";
import type { Streams } from "../../../cli/kit/terminal";
import { outliveOutput } from "../../../local/command/written";

/** A stream of a process: to a full disk, where it is one. As those, it takes more after an error. */
function stream(isFull: boolean): NodeJS.WriteStream {
  const events = new EventEmitter();
  const write = (text: string, done?: () => void) => {
    if (isFull && text !== "") setImmediate(() => events.emit("error", new Error("no space left on device")));
    if (done) setImmediate(done);
  };
  return Object.assign(events, { write }) as unknown as NodeJS.WriteStream;
}

/** The status at the end of a run that has written a line to each stream, and what it noted. */
async function ended(status: number, full: Partial<Record<keyof Streams, boolean>>) {
  const notes: string[] = [];
  const streams = { stdout: stream(full.stdout ?? false), stderr: stream(full.stderr ?? false) };
  const statusOf = outliveOutput(streams, { note: (text) => notes.push(text) });
  streams.stdout.write("result\n");
  streams.stderr.write("note\n");
  await new Promise(setImmediate);
  return { status: await statusOf(status), notes };
}

describe("outliveOutput", () => {
  it.each([
    ["everything is written", 0, {}, 0],
    ["a note is not written", 0, { stderr: true }, 0],
    ["the run failed anyway", 2, { stderr: true }, 2],
  ])("leaves the status as it is where %s", async (_what, status, full, expected) => {
    expect(await ended(status, full)).toEqual({ status: expected, notes: [] });
  });

  it.each([
    [0, 1],
    [2, 2],
  ])("makes a failure of status %d where the result is not written, and says why", async (status, expected) => {
    const notes = ["The result cannot be written to standard output: no space left on device"];
    expect(await ended(status, { stdout: true, stderr: true })).toEqual({ status: expected, notes });
  });
});
