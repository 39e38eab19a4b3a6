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
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { NAMED_QUERIES } from "./named-queries";
import { ARCHIVE_DAYS } from "./sizes";

/** Arguments of `History`. */
export interface HistoryArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<StackConfig, "queryScanLimitGb">;
  /** The bucket that holds the tables' objects. */
  readonly bucket: aws.s3.Bucket;
}

const BYTES_PER_GB = 1024 ** 3;

/** SQL over the archive: its tables, and a workgroup with named queries. */
export class History extends pulumi.ComponentResource {
  readonly database: aws.glue.CatalogDatabase;
  /** The table of archived readings; the delivery takes its columns. */
  readonly readings: aws.glue.CatalogTable;
  /** Where queries run, with a limit on what each scans. */
  readonly workgroup: aws.athena.Workgroup;

  constructor(name: string, args: HistoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:History", name, {}, opts);
    const { environment, bucket } = args;
    const { historyDatabase } = environment.names;
    const childOptions = { parent: this };
    this.database = new aws.glue.CatalogDatabase(
      `${name}-database`,
      {
        name: historyDatabase,
        description: "The archived readings of the plant, and the rejected records.",
        tags: tagsOf(environment, historyDatabase, "Tables of the history"),
      },
      childOptions,
    );
    this.readings = new aws.glue.CatalogTable(
      `${name}-${READINGS_TABLE}`,
      { databaseName: this.database.name, ...tableSettings(READINGS, bucket) },
      childOptions,
    );
    new aws.glue.CatalogTable(
      `${name}-${REJECTED_TABLE}`,
      { databaseName: this.database.name, ...tableSettings(REJECTED, bucket) },
      childOptions,
    );
    this.workgroup = new aws.athena.Workgroup(`${name}-workgroup`, workgroupSettings(args), childOptions);
    for (const { name: queryName, description, sql } of NAMED_QUERIES) {
      new aws.athena.NamedQuery(
        `${name}-query-${queryName}`,
        { name: queryName, description, database: this.database.name, workgroup: this.workgroup.name, query: sql },
        // AWS cannot change a query's text, so an update replaces it; nothing is lost.
        { ...childOptions, protect: false },
      );
    }
    this.registerOutputs({ databaseName: this.database.name });
  }
}

function workgroupSettings({ environment, config, bucket }: HistoryArgs): aws.athena.WorkgroupArgs {
  const { historyWorkgroup } = environment.names;
  return {
    name: historyWorkgroup,
    description: "Queries of the plant's history, each with a limit on what it scans.",
    forceDestroy: !environment.protectData,
    configuration: {
      // A client can choose neither another place for its results nor another limit.
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: config.queryScanLimitGb * BYTES_PER_GB,
      resultConfiguration: {
        outputLocation: pulumi.interpolate`s3://${bucket.bucket}/${PREFIX.queryResults}`,
        encryptionConfiguration: { encryptionOption: "SSE_S3" },
      },
    },
    tags: tagsOf(environment, historyWorkgroup, "Queries of the history"),
  };
}

/** How Athena reads a table's objects. */
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

interface Table {
  readonly name: string;
  readonly description: string;
  /** Prefix of the table's objects. */
  readonly prefix: string;
  readonly columns: readonly Column[];
  readonly format: Format;
}

const READINGS: Table = {
  name: READINGS_TABLE,
  description: "Readings of the last year",
  prefix: PREFIX.readings,
  columns: READINGS_COLUMNS,
  format: PARQUET,
};

const REJECTED: Table = {
  name: REJECTED_TABLE,
  description: "Rejected records, and why",
  prefix: PREFIX.rejected,
  columns: REJECTED_COLUMNS,
  format: JSON_LINES,
};

function tableSettings(
  { name, description, prefix, columns, format }: Table,
  bucket: aws.s3.Bucket,
): Omit<aws.glue.CatalogTableArgs, "databaseName"> {
  const location = pulumi.interpolate`s3://${bucket.bucket}/${prefix}`;
  return {
    name,
    description,
    tableType: "EXTERNAL_TABLE",
    parameters: projection(location, format.classification),
    partitionKeys: [{ name: ARRIVAL_HOUR, type: "string", comment: `Hour of arrival, UTC, ${ARRIVAL_HOUR_FORMAT}` }],
    storageDescriptor: {
      location,
      inputFormat: format.inputFormat,
      outputFormat: format.outputFormat,
      columns: columns.map((column) => ({ ...column })),
      serDeInfo: { serializationLibrary: format.library },
    },
  };
}

/**
 * Athena computes the partitions from their names, so no crawler adds them. Objects older than a year have expired.
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
    [`${column}.range`]: `NOW-${ARCHIVE_DAYS.expiry + 1}DAYS,NOW`,
    [`${column}.interval`]: "1",
    [`${column}.interval.unit`]: "HOURS",
    // Without it Athena skips restored objects: https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html
    read_restored_glacier_objects: "true",
    "storage.location.template": pulumi.interpolate`${location}\${${ARRIVAL_HOUR}}/`,
  };
}
