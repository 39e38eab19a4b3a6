import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ARRIVAL_HOUR_FORMAT } from "../contract/arrival-hour";
import {
  ARRIVAL_HOUR,
  type Column,
  READINGS_COLUMNS,
  READINGS_TABLE,
  REJECTED_COLUMNS,
  REJECTED_TABLE,
} from "../contract/columns";
import { PREFIX } from "../contract/objects";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { NAMED_QUERIES } from "./named-queries";

export interface HistoryArgs {
  readonly environment: Environment;
  readonly config: Pick<StackConfig, "queryScanLimitGb">;
  /** Where the objects lie that the tables describe. */
  readonly bucket: aws.s3.Bucket;
}

const BYTES_IN_GB = 1024 ** 3;

/** How the cold tier is read with SQL: its tables, and the workgroup with the questions of the first day. */
export class History extends pulumi.ComponentResource {
  readonly database: aws.glue.CatalogDatabase;
  readonly readings: aws.glue.CatalogTable;
  readonly workgroup: aws.athena.Workgroup;

  constructor(name: string, { environment, config, bucket }: HistoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:History", name, {}, opts);
    const { names } = environment;
    const parent = { parent: this };
    this.database = new aws.glue.CatalogDatabase(
      `${name}-database`,
      {
        name: names.historyDatabase,
        description: "The cold tier of the plant's readings, and what was set aside.",
        tags: tagsOf(environment, names.historyDatabase, "Tables of the cold tier"),
      },
      parent,
    );
    const table = (
      tableName: string,
      description: string,
      prefix: string,
      columns: readonly Column[],
      format: Format,
    ) =>
      new aws.glue.CatalogTable(
        `${name}-${tableName}`,
        {
          databaseName: this.database.name,
          name: tableName,
          description,
          tableType: "EXTERNAL_TABLE",
          parameters: projection(pulumi.interpolate`s3://${bucket.bucket}/${prefix}`, format.classification),
          partitionKeys: [
            { name: ARRIVAL_HOUR, type: "string", comment: `Hour of arrival, UTC, ${ARRIVAL_HOUR_FORMAT}` },
          ],
          storageDescriptor: {
            location: pulumi.interpolate`s3://${bucket.bucket}/${prefix}`,
            inputFormat: format.inputFormat,
            outputFormat: format.outputFormat,
            columns: columns.map((column) => ({ ...column })),
            serDeInfo: { serializationLibrary: format.library },
          },
        },
        parent,
      );
    this.readings = table(READINGS_TABLE, "Every reading of a year", PREFIX.readings, READINGS_COLUMNS, PARQUET);
    table(REJECTED_TABLE, "What was set aside, and why", PREFIX.rejected, REJECTED_COLUMNS, JSON_LINES);
    this.workgroup = new aws.athena.Workgroup(
      `${name}-workgroup`,
      {
        name: names.historyWorkgroup,
        description: "Questions to the plant's history, each with a limit on what it reads.",
        forceDestroy: !environment.protectData,
        configuration: {
          // A client cannot choose another place for its results, nor another limit.
          enforceWorkgroupConfiguration: true,
          publishCloudwatchMetricsEnabled: true,
          bytesScannedCutoffPerQuery: config.queryScanLimitGb * BYTES_IN_GB,
          resultConfiguration: {
            outputLocation: pulumi.interpolate`s3://${bucket.bucket}/${PREFIX.queryResults}`,
            encryptionConfiguration: { encryptionOption: "SSE_S3" },
          },
        },
        tags: tagsOf(environment, names.historyWorkgroup, "Queries of the cold tier"),
      },
      parent,
    );
    for (const query of NAMED_QUERIES) {
      new aws.athena.NamedQuery(
        `${name}-query-${query.name}`,
        {
          name: query.name,
          description: query.description,
          database: this.database.name,
          workgroup: this.workgroup.name,
          query: query.sql,
        },
        // A query is text of this project: an update may replace it.
        { ...parent, protect: false },
      );
    }
    this.registerOutputs({ databaseName: this.database.name });
  }
}

interface Format {
  readonly classification: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly library: string;
}

/** https://docs.aws.amazon.com/athena/latest/ug/parquet-serde.html */
const PARQUET: Format = {
  classification: "parquet",
  inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  library: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
};

/** https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html */
const JSON_LINES: Format = {
  classification: "json",
  inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
  library: "org.openx.data.jsonserde.JsonSerDe",
};

/**
 * Athena computes the partitions from the names: no crawler, and none to add. What is older than a year has expired.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-kinesis-firehose-example.html
 */
function projection(location: pulumi.Output<string>, classification: string): Record<string, pulumi.Input<string>> {
  const column = `projection.${ARRIVAL_HOUR}`;
  return {
    EXTERNAL: "TRUE",
    classification,
    "projection.enabled": "true",
    [`${column}.type`]: "date",
    [`${column}.format`]: ARRIVAL_HOUR_FORMAT,
    [`${column}.range`]: "NOW-366DAYS,NOW",
    [`${column}.interval`]: "1",
    [`${column}.interval.unit`]: "HOURS",
    // Otherwise Athena passes over what was restored: https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html
    read_restored_glacier_objects: "true",
    "storage.location.template": pulumi.interpolate`${location}\${${ARRIVAL_HOUR}}/`,
  };
}
