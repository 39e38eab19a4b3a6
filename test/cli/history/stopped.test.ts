import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { askFolder } from "../../../cli/history/local-history";

const folder = mkdtempSync(path.join(tmpdir(), "stopped-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NUMBERS = "UNNEST(sequence(1, 10000)) AS";
const ENDLESS = {
  sql: `SELECT sum(a.x * b.x * c.x) FROM ${NUMBERS} a(x), ${NUMBERS} b(x), ${NUMBERS} c(x)`,
  parameters: [],
};

describe("askFolder", () => {
  it("ends a query that would take hours at Ctrl-C", async () => {
    const stop = new AbortController();
    const asked = askFolder(folder, ENDLESS, { note: () => {}, signal: stop.signal });
    setTimeout(() => stop.abort(), 1500);
    // On a busy machine it may not have begun.
    await expect(asked).rejects.toThrow(/aborted|Interrupted/);
  });

  it("begins none after it", async () => {
    const stop = new AbortController();
    const asked = askFolder(folder, ENDLESS, { note: () => {}, signal: stop.signal });
    stop.abort();
    await expect(asked).rejects.toThrow(/aborted|Interrupted/);
  });
});
