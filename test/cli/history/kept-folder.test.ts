import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askKept } from "../../../cli/history/local-history";
import { READINGS_COLUMNS } from "../../../contract/columns";
import { recordingIo } from "../../helpers/recording-io";

const HOUR = "2026/01/31/08";
const COUNTS = {
  sql: `SELECT (SELECT count(*) FROM readings WHERE arrival_hour = '${HOUR}') AS readings,
    (SELECT count(*) FROM rejected WHERE arrival_hour = '${HOUR}') AS rejected`,
  parameters: [],
};
const COLUMNS = READINGS_COLUMNS.map(({ name }) => `NULL AS ${name}`).join(", ");
const LINE = { reason: "not_json", detail: "", shardId: "s", sequenceNumber: "1", partitionKey: "d", arrivedAt: 1 };

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "kept-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes a Parquet file with one row. */
async function parquet(folder: string, name: string, columns = COLUMNS): Promise<void> {
  const hour = path.join(folder, "readings", HOUR);
  mkdirSync(hour, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT ${columns}) TO '${path.join(root, "new")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  renameSync(path.join(root, "new"), path.join(hour, name));
}

/** Writes a file with one line. */
function line(folder: string, name: string): void {
  const hour = path.join(folder, "rejected", HOUR);
  mkdirSync(hour, { recursive: true });
  writeFileSync(path.join(hour, name), `${JSON.stringify({ ...LINE, data: "" })}\n`);
}

async function counts(folder: string) {
  const io = recordingIo();
  const { rows } = await askKept(folder, COUNTS, io);
  return { counts: rows[0], notes: io.notes };
}

describe("askKept", () => {
  it.each(["a[b]", "a*", "a?", "it's [one]", "{a,b}", "**"])(
    "reads the folder of this name, and no other: %s",
    async (name) => {
      for (const each of [name, "ab", "a1"]) {
        await parquet(path.join(root, each), "x[1]*.parquet");
        line(path.join(root, each), "s-1-2[3].jsonl");
      }
      expect(await counts(path.join(root, name))).toEqual({ counts: [1, 1], notes: [] });
    },
  );

  it("refuses what is no folder", async () => {
    const none = path.join(root, "none");
    await expect(askKept(none, COUNTS, recordingIo())).rejects.toThrow(
      `"--data" must be a folder that a run has kept, got "${none}". Fix: npm run local -- --keep ${none}`,
    );
    const file = path.join(root, "file");
    writeFileSync(file, "");
    await expect(askKept(file, COUNTS, recordingIo())).rejects.toThrow(
      `"--data" must be a folder that a run has kept, got the file "${file}". Fix: name the folder that it is in`,
    );
  });

  it("says where no run has kept anything in the folder", async () => {
    const notes = [`"${root}" has neither readings/ nor rejected/: no run has kept its archive there`];
    expect(await counts(root)).toEqual({ counts: [0, 0], notes });
  });

  it("skips truncated and foreign objects, and names their keys", async () => {
    for (const name of ["a.parquet", "c.parquet", "e.parquet"]) await parquet(root, name);
    await parquet(root, "0-foreign.parquet", "1 AS x");
    const hour = path.join(root, "readings", HOUR);
    writeFileSync(path.join(hour, "b-garbage.parquet"), "PAR1garbagePAR1");
    writeFileSync(path.join(hour, "d-short.parquet"), "PAR1");
    mkdirSync(path.join(hour, "f-folder.parquet"));
    const skipped = ["0-foreign", "b-garbage", "d-short", "f-folder"];
    const notes = skipped.map((name) => `"readings/${HOUR}/${name}.parquet" cannot be read, and is skipped`);
    expect(await counts(root)).toEqual({ counts: [3, 0], notes });
  });
});
