import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { type Streams, Terminal } from "../../../cli/kit/terminal";
import { UsageError } from "../../../cli/kit/usage-error";

function terminal(isTTY: boolean, plainProgressMs?: number) {
  const written: string[] = [];
  let time = 0;
  const stream = (name: string, columns = 30) =>
    Object.assign(new EventEmitter(), {
      isTTY,
      columns,
      writableNeedDrain: false,
      write: (text: string) => written.push(`${name} ${JSON.stringify(text)}`),
    });
  const [stdin, stdout, stderr] = [stream("in"), stream("out"), stream("err")];
  const settings = { signal: new AbortController().signal, now: () => time };
  const shown = new Terminal({ stdin, stdout, stderr } as unknown as Streams, {
    ...settings,
    ...(plainProgressMs === undefined ? {} : { plainProgressMs }),
  });
  return { shown, written, stdout, wait: (ms: number) => (time += ms) };
}

describe("Terminal", () => {
  it("writes results to standard output, notes to standard error, and lets no text control it", () => {
    const { shown, written } = terminal(false);
    shown.result("a\u001b[2J");
    shown.note("one\ntwo\u001b[2J");
    expect(written).toEqual(['out "a\\u001b[2J\\n"', 'err "one\\ntwo\\\\u001b[2J\\n"']);
  });

  it("shows progress in place, cut to the line, and wipes it before anything else", () => {
    const { shown, written } = terminal(true);
    shown.progress("a".repeat(50));
    shown.progress("b\n");
    shown.result("c");
    shown.note("d");
    const wipe = 'err "\\r\\u001b[K"';
    expect(written).toEqual([`err "${"a".repeat(29)}"`, wipe, 'err "b\\\\u000a"', wipe, 'out "c\\n"', 'err "d\\n"']);
  });

  it("shows progress in a file now and then, where it is wanted", () => {
    const { shown, written, wait } = terminal(false, 5000);
    shown.progress("a");
    wait(4999);
    shown.progress("b");
    wait(1);
    shown.progress("c");
    expect(written).toEqual(['err "a\\n"', 'err "c\\n"']);
    const without = terminal(false);
    without.shown.progress("a");
    expect(without.written).toEqual([]);
  });

  it("waits for a slow reader", async () => {
    const { shown, stdout } = terminal(false);
    await shown.ready();
    stdout.writableNeedDrain = true;
    let isReady = false;
    const waiting = shown.ready().then(() => {
      isReady = true;
    });
    await new Promise(setImmediate);
    expect(isReady).toBe(false);
    stdout.emit("drain");
    await waiting;
  });

  it("asks only where a person can answer", async () => {
    const asked = terminal(false).shown.confirm("Request them?");
    await expect(asked).rejects.toThrow('Request them? No terminal is there to answer. Fix: add "--yes"');
    await expect(terminal(false).shown.confirm("")).rejects.toBeInstanceOf(UsageError);
  });
});
