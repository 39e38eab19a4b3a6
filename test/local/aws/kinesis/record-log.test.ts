import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RecordLog } from "../../../../local/aws/kinesis/record-log";

const folder = mkdtempSync(path.join(tmpdir(), "record-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

function record(place: number, arrivedAt = place) {
  // 1,000 characters: a segment of 1 MB holds 1,049 of them.
  return {
    shardId: "shardId-000000000000",
    sequenceNumber: String(place),
    partitionKey: "k",
    data: "A".repeat(999),
    arrivedAt,
  };
}

async function numbersFrom(log: RecordLog, place: number): Promise<readonly string[]> {
  const numbers: string[] = [];
  for (let next = place; ; ) {
    const records = await log.read(next, 700);
    if (records.length === 0) return numbers;
    numbers.push(...records.map(({ sequenceNumber }) => sequenceNumber));
    next += records.length;
  }
}

describe("the log of a shard", () => {
  it("gives back every record in order, those in files too, and keeps at most four segments in memory", async () => {
    const log = new RecordLog(folder);
    for (let place = 0; place < 20_000; place += 1) log.append(record(place));
    await log.settled();
    expect(readdirSync(folder).length).toBe(Math.floor(19_999 / 1049) + 1 - 3);
    const all = Array.from({ length: 20_000 }, (_, place) => String(place));
    expect(await numbersFrom(log, 0)).toEqual(all);
    expect(await numbersFrom(log, 12_345)).toEqual(all.slice(12_345));
    expect(await log.placeAt(12_345)).toBe(12_345);
    expect(await log.placeAt(20_000)).toBe(20_000);
  });

  it("deletes the files of what has expired", async () => {
    const log = new RecordLog(folder);
    for (let place = 0; place < 20_000; place += 1) log.append(record(place));
    log.trim(10_000);
    await log.settled();
    const first = log.firstPlace;
    expect(first).toBe(Math.floor(10_000 / 1049) * 1049);
    expect((await numbersFrom(log, 0))[0]).toBe(String(first));
    log.trim(20_000);
    await log.settled();
    expect(readdirSync(folder)).toEqual([]);
    expect(await log.read(0, 10)).toEqual([]);
    expect(log.length).toBe(20_000);
  });

  it("keeps what it cannot write", async () => {
    const log = new RecordLog("/dev/null/no-folder");
    for (let place = 0; place < 10_000; place += 1) log.append(record(place));
    await log.settled();
    expect(await numbersFrom(log, 0)).toHaveLength(10_000);
  });
});
