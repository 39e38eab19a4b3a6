import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { beforeEach, describe, expect, it } from "vitest";
import { askAthena } from "../../../cli/history/athena-history";
import { mockClient } from "../../helpers/mocked-clients";
import { type RecordingIo, recordingIo } from "../../helpers/recording-io";

const athena = mockClient(AthenaClient);
const target = { database: "iot_sensor_dev", workgroup: "iot-sensor-dev" };
const question = { sql: "SELECT device_id FROM readings WHERE device_id = ?", parameters: ["o'brien"] };
const state = (State: "RUNNING" | "SUCCEEDED" | "FAILED", DataScannedInBytes = 0) => ({
  QueryExecution: {
    Status: { State, StateChangeReason: "the scan limit was reached" },
    Statistics: { DataScannedInBytes },
  },
});
const row = (...values: string[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });

let io: RecordingIo;
const ask = (signal?: AbortSignal) => {
  io = recordingIo({ signal });
  return askAthena(new AthenaClient({}), target, question, io, 1);
};

beforeEach(() => {
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: "q1" });
});

describe("askAthena", () => {
  it("asks in the workgroup, waits, and reads all pages", async () => {
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce(state("RUNNING", 500_000))
      .resolves(state("SUCCEEDED", 12_345_678));
    const ResultSetMetadata = { ColumnInfo: [{ Name: "device_id", Type: "varchar" }] };
    athena
      .on(GetQueryResultsCommand)
      .resolvesOnce({ ResultSet: { ResultSetMetadata, Rows: [row("device_id"), row("a")] }, NextToken: "more" })
      .resolves({ ResultSet: { ResultSetMetadata, Rows: [row("b"), { Data: [{}] }] } });
    expect(await ask()).toEqual({ columns: ["device_id"], rows: [["a"], ["b"], [null]] });
    expect(athena.commandCalls(StartQueryExecutionCommand).map(({ args: [{ input }] }) => input)).toEqual([
      {
        QueryString: question.sql,
        QueryExecutionContext: { Database: "iot_sensor_dev" },
        WorkGroup: "iot-sensor-dev",
        ExecutionParameters: ["'o''brien'"],
      },
    ]);
    expect(athena.commandCalls(GetQueryExecutionCommand).map(({ args: [{ input }] }) => input)).toEqual(
      Array(2).fill({ QueryExecutionId: "q1" }),
    );
    expect(athena.commandCalls(GetQueryResultsCommand).map(({ args: [{ input }] }) => input)).toEqual(
      Array(2).fill(expect.objectContaining({ QueryExecutionId: "q1" })),
    );
    expect(io.shown).toEqual([expect.stringMatching(/^RUNNING 0 s {2}0\.5 MB scanned$/)]);
    expect(io.notes).toEqual(["12.3 MB scanned"]);
  });

  it("tells why Athena ended a query", async () => {
    athena.on(GetQueryExecutionCommand).resolves(state("FAILED", 1e10));
    await expect(ask()).rejects.toThrow("Athena ended the query: the scan limit was reached (10000.0 MB scanned)");
  });

  it("stops the query there where it is stopped here", async () => {
    athena.on(GetQueryExecutionCommand).resolves(state("RUNNING"));
    await expect(ask(AbortSignal.abort())).rejects.toThrow();
    expect(athena.commandCalls(StopQueryExecutionCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { QueryExecutionId: "q1" },
    ]);
  });
});
