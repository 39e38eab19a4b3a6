import { S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { statistics } from "../../../cli/rejected/statistics";
import type { RejectReason } from "../../../contract/rejected";
import { type RejectedRecord, rejectedRecords } from "../../../stores/rejected-records";
import { mockClient } from "../../helpers/mocked-clients";
import { answerWithArchive, everything, T } from "../../helpers/rejected-archive";

const s3 = mockClient(S3Client);
const client = new S3Client({ region: "sa-east-1" });

beforeEach(() => answerWithArchive(s3));

describe("statistics", () => {
  it("counts by reason, the most frequent first, with a total", async () => {
    expect(
      await statistics(rejectedRecords(client, "archive", everything), { byDevice: false, withTotal: true }, () => {}),
    ).toEqual({
      columns: ["reason", "readings", "records", "devices", "latest"],
      rows: [
        ["not_json", 3, 3, 1, new Date(T + 100_000).toISOString()],
        ["value_missing", 1, 1, 1, new Date(T + 9000).toISOString()],
        ["total", 4, 4, 2, new Date(T + 100_000).toISOString()],
      ],
    });
  });

  it("counts each rejected entry of a message, and its record once", async () => {
    const entry = (index: number, reason: RejectReason) => ({ index, reason, detail: "d" });
    const record = {
      ...{ reason: "value_missing", detail: "d", key: "k", data: "", arrivedAt: T, partitionKey: "sensor-001" },
      ...{ shardId: "shardId-000000000000", sequenceNumber: "1" },
      entries: [entry(0, "value_missing"), entry(3, "value_missing"), entry(4, "timestamp_repeated")],
    } as RejectedRecord;
    const records = (async function* () {
      yield record;
    })();
    const { rows } = await statistics(records, { byDevice: false, withTotal: true }, () => {});
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ["value_missing", 2, 1],
      ["timestamp_repeated", 1, 1],
      ["total", 3, 1],
    ]);
  });

  it("has no total among the rows of a program, which sums them itself", async () => {
    const answer = await statistics(
      rejectedRecords(client, "archive", everything),
      { byDevice: false, withTotal: false },
      () => {},
    );
    expect(answer.rows.map(([reason, records]) => [reason, records])).toEqual([
      ["not_json", 3],
      ["value_missing", 1],
    ]);
  });

  it("counts by reason and device where it is asked so", async () => {
    expect(
      (await statistics(rejectedRecords(client, "archive", everything), { byDevice: true, withTotal: true }, () => {}))
        .rows,
    ).toEqual([
      ["not_json", "sensor-001", 3, 3, new Date(T + 100_000).toISOString()],
      ["value_missing", "sensor-002", 1, 1, new Date(T + 9000).toISOString()],
    ]);
  });
});
