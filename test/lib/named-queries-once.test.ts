import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NAMED_QUERIES } from "../../lib/named-queries";

const HOUR = "2026/01/01/00";
const COLUMNS =
  "device_id VARCHAR, sensor_type VARCHAR, value DOUBLE, event_time TIMESTAMP, arrived_at TIMESTAMP, is_anomaly BOOLEAN," +
  " reading_key VARCHAR, shard_id VARCHAR, sequence_number VARCHAR, metadata VARCHAR, arrival_hour VARCHAR";

let connection: DuckDBConnection;
beforeEach(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(`CREATE TABLE readings (${COLUMNS})`);
  await connection.run(
    "CREATE TABLE rejected (shardid VARCHAR, sequencenumber VARCHAR, entries VARCHAR, arrival_hour VARCHAR)",
  );
});
afterEach(() => connection.closeSync());

/** A row of the one identity. */
async function archived(value: number, arrivedAt: string, sequenceNumber: string): Promise<void> {
  await connection.run(
    `INSERT INTO readings VALUES ('pump-7', 'temperature', ${value}, '2026-01-01 00:00:00', '2026-01-01 00:00:${arrivedAt}',
      ${value > 100}, '1767225600000#temperature', 'shard-0', '${sequenceNumber}', NULL, '${HOUR}')`,
  );
}

/** The rows of a named query. */
async function rowsOf(name: string): Promise<unknown[][]> {
  const query = NAMED_QUERIES.find((each) => each.name === name);
  const values: Record<string, string> = { from: HOUR, to: HOUR, device: "pump-7", minutes: "0", seconds: "0" };
  const parameters = (query?.parameters ?? []).map(({ name: parameter }) => values[parameter] ?? "");
  return (await connection.runAndReadAll(query?.sql ?? "", parameters)).getRowsJson();
}

describe("once, in the named queries", () => {
  it.each([
    ["the one that arrived last, whatever its number", "09.001", "1", "09.000", "2"],
    ["of one millisecond the later in the shard", "09.000", "2", "09.000", "1"],
    ["of one millisecond the higher number, not the later text", "09.000", "10", "09.000", "9"],
  ])("is %s", async (_rule, lastAt, lastNumber, firstAt, firstNumber) => {
    await archived(20, lastAt, lastNumber);
    await archived(150, firstAt, firstNumber);
    expect((await rowsOf("device-day")).map((row) => row[2])).toEqual([20]);
    expect((await rowsOf("hourly-values")).map((row) => row.slice(2))).toEqual([["1", 20, 20, 20]]);
    expect(await rowsOf("anomalies-by-device")).toEqual([]);
    expect((await rowsOf("late-arrivals")).map((row) => row[1])).toEqual(["1"]);
    expect(await rowsOf("gaps")).toEqual([]);
  });

  it("is the good one of a message whose other readings were rejected", async () => {
    await archived(20, "01.000", "1");
    await connection.run(`INSERT INTO rejected VALUES ('shard-0', '1', '[{"index":1}]', '${HOUR}')`);
    for (const name of ["device-day", "hourly-values", "late-arrivals"]) expect(await rowsOf(name)).toHaveLength(1);
  });

  it("is the earlier one where the later one was rejected", async () => {
    await archived(10, "01.000", "1");
    await archived(20, "02.000", "2");
    await connection.run(`INSERT INTO rejected VALUES ('shard-0', '2', NULL, '${HOUR}')`);
    expect((await rowsOf("device-day")).map((row) => row[2])).toEqual([10]);
  });
});
