import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { READINGS_COLUMNS, REJECTED_COLUMNS } from "../../contract/columns";
import { NAMED_QUERIES } from "../../lib/named-queries";
import type { Recording } from "../../local/stack/recording";
import { named, recordStack, tags } from "../helpers/stack";

const BUCKET = "s3://iot-sensor-archival-dev-123456789012";
const TABLE = "aws:glue/catalogTable:CatalogTable";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe("the history's tables", () => {
  it("describe the archived readings, by the hour, with no partition to add", () => {
    expect(named(stack, TABLE, "readings").inputs).toEqual({
      databaseName: "iot_sensor_dev",
      name: "readings",
      description: "Readings of the last year",
      tableType: "EXTERNAL_TABLE",
      parameters: {
        EXTERNAL: "TRUE",
        classification: "parquet",
        "projection.enabled": "true",
        "projection.arrival_hour.type": "date",
        "projection.arrival_hour.format": "yyyy/MM/dd/HH",
        "projection.arrival_hour.range": "NOW-366DAYS,NOW",
        "projection.arrival_hour.interval": "1",
        "projection.arrival_hour.interval.unit": "HOURS",
        read_restored_glacier_objects: "true",
        "storage.location.template": `${BUCKET}/readings/\${arrival_hour}/`,
      },
      partitionKeys: [{ name: "arrival_hour", type: "string", comment: "Hour of arrival, UTC, yyyy/MM/dd/HH" }],
      storageDescriptor: {
        location: `${BUCKET}/readings/`,
        inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        columns: READINGS_COLUMNS,
        serDeInfo: { serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
      },
    });
  });

  it("describe rejected records, over the objects that rejected/ holds", () => {
    expect(named(stack, TABLE, "rejected").inputs).toMatchObject({
      parameters: { "storage.location.template": `${BUCKET}/rejected/\${arrival_hour}/` },
      storageDescriptor: {
        location: `${BUCKET}/rejected/`,
        serDeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
      },
    });
  });

  it("have names that Athena takes in every environment", async () => {
    const { inputs } = (await recordStack("plant-7")).only("aws:glue/catalogDatabase:CatalogDatabase");
    expect(inputs.name).toBe("iot_sensor_plant_7");
  });
});

describe("the tables of columns in docs/history.md", () => {
  const page = readFileSync(path.join(__dirname, "../../docs/history.md"), "utf8");
  it.each([
    ["readings", READINGS_COLUMNS],
    ["rejected", REJECTED_COLUMNS],
  ])("name every column of %s, as it is declared", (table, columns) => {
    const [, rows = ""] =
      new RegExp(`generated: columns of ${table} -->\\n\\n.*\\n.*\\n((?:\\|.*\\n)+)`).exec(page) ?? [];
    expect(rows.trim().split("\n").slice(0, -1)).toEqual(
      columns.map(({ name, type, comment }) => `| \`${name}\` | ${type} | ${comment} |`),
    );
    expect(rows).toContain("| `arrival_hour` | string |");
  });
});

describe("the workgroup", () => {
  it("limits what a query reads, and keeps its results encrypted where they expire", async () => {
    expect(stack.only("aws:athena/workgroup:Workgroup").inputs).toEqual({
      name: "iot-sensor-dev",
      description: "Queries of the plant's history, each with a limit on what it scans.",
      forceDestroy: true,
      configuration: {
        enforceWorkgroupConfiguration: true,
        publishCloudwatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: 10 * 1024 ** 3,
        resultConfiguration: {
          outputLocation: `${BUCKET}/athena-results/`,
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
      tags: tags("iot-sensor-dev", "Queries of the history"),
    });
    const tuned = await recordStack("dev", { queryScanLimitGb: 1, protectData: true });
    expect(tuned.only("aws:athena/workgroup:Workgroup").inputs).toMatchObject({
      forceDestroy: false,
      configuration: { bytesScannedCutoffPerQuery: 1024 ** 3 },
    });
  });

  it("has the questions of the first day, each with as many parameters as it names", () => {
    const declared = stack.ofType("aws:athena/namedQuery:NamedQuery").map(({ inputs }) => inputs);
    expect(declared.map(({ name }) => name).sort()).toEqual(
      ["anomalies-by-device", "device-day", "gaps", "hourly-values", "late-arrivals", "rejections"].sort(),
    );
    for (const { database, workgroup } of declared)
      expect([database, workgroup]).toEqual(["iot_sensor_dev", "iot-sensor-dev"]);
    for (const { sql, parameters } of NAMED_QUERIES) expect(sql.split("?").length - 1).toBe(parameters.length);
  });
});
