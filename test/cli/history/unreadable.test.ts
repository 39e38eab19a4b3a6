import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "unreadable-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("iot history over a folder with objects that cannot be read", () => {
  it("names them and answers from the others", () => {
    const hour = "2026/01/31/08";
    for (const prefix of ["readings", "rejected"]) mkdirSync(path.join(folder, prefix, hour), { recursive: true });
    writeFileSync(path.join(folder, "readings", hour, "cut.parquet"), "PAR1 and nothing more");
    writeFileSync(path.join(folder, "readings", hour, "empty.parquet"), "");
    const line = {
      reason: "not_json",
      detail: "why",
      shardId: "s",
      sequenceNumber: "1",
      partitionKey: "d",
      arrivedAt: 1,
    };
    const good = JSON.stringify({ ...line, data: "eA==" });
    writeFileSync(path.join(folder, "rejected", hour, "s-1-2.jsonl"), `${good}\n${good.slice(0, -9)}\n`);
    writeFileSync(path.join(folder, "rejected", hour, "s-3-4.jsonl"), "");
    const sql = "SELECT (SELECT count(*) FROM readings) AS readings, (SELECT count(reason) FROM rejected) AS rejected";
    const words = ["cli/iot.mjs", "history", "--data", folder, "--json", sql];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
    expect({ status, answer: stdout.trim() }).toEqual({ status: 0, answer: '{"readings":0,"rejected":1}' });
    for (const name of ["cut.parquet", "empty.parquet", "s-3-4.jsonl"])
      expect(stderr).toContain(`/${hour}/${name}" cannot be read, and is skipped`);
  });
});
