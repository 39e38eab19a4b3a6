import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { history } from "../../../cli/history/history";
import { recordingIo } from "../../helpers/recording-io";

const folder = mkdtempSync(path.join(tmpdir(), "history-"));
mkdirSync(path.join(folder, "readings"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("iot history --json", () => {
  it.each([
    ["SELECT * FROM readings", [], "0 rows"],
    ["SELECT 1 AS value, 2 AS value", ['{"value":1,"value_1":2}'], "1 row"],
  ])("of %s prints an object for each row, and nothing else", async (sql, results, note) => {
    const io = recordingIo();
    expect(await history.run(["--data", folder, "--json", sql], io)).toBe(0);
    expect({ results: io.results, notes: io.notes }).toEqual({ results, notes: [note] });
  });
});
