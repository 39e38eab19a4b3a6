import { refusal, textOf } from "../../stack/declared-property";
import type { RecordedResource, Recording } from "../../stack/recording";
import { checkExpression } from "./object-name";

/** The delivery stream that writes the archive, as the stack declares it. */
export interface DeliveryDeclaration {
  readonly name: string;
  readonly bucket: string;
  /** Prefix of an object's key, with Firehose's expressions. */
  readonly prefix: string;
  readonly errorPrefix: string;
  /** An object is written when it has this size, or this long after its first record. */
  readonly bufferBytes: number;
  readonly bufferMs: number;
  readonly transform: TransformDeclaration;
  readonly catalog: CatalogTable;
}

/** The function that each record goes through. */
export interface TransformDeclaration {
  readonly functionArn: string;
  /** It is invoked when the buffer has this size, or this long after its first record. */
  readonly bufferBytes: number;
  readonly bufferMs: number;
  /** Tries after the first one. */
  readonly retries: number;
}

/** The Glue table that says what a record becomes. */
export interface CatalogTable {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly Column[];
  /** The column whose value is the folder of an object. */
  readonly partitionKeys: readonly Column[];
}

/** A column of the catalog table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** The types of Hive that the local run can write. */
export const COLUMN_TYPES = ["string", "double", "bigint", "int", "boolean", "timestamp"] as const;
/** A Hive type that the local run can write. */
export type ColumnType = (typeof COLUMN_TYPES)[number];

const MB = 1024 * 1024;
/** Firehose's defaults. https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html */
const DEFAULT_BUFFER = { mb: 5, seconds: 300 };
/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html */
const DEFAULT_TRANSFORM = { mb: 1, seconds: 60, retries: 3 };

interface Destination {
  bucketArn?: string;
  prefix?: string;
  errorOutputPrefix?: string;
  bufferingSize?: number;
  bufferingInterval?: number;
  compressionFormat?: string;
  customTimeZone?: string;
  dynamicPartitioningConfiguration?: { enabled?: boolean };
  processingConfiguration?: { enabled?: boolean; processors?: Processor[] };
  dataFormatConversionConfiguration?: Conversion;
}

interface Processor {
  type: string;
  parameters?: { parameterName: string; parameterValue: string }[];
}

interface Conversion {
  enabled?: boolean;
  inputFormatConfiguration?: { deserializer?: { openXJsonSerDe?: object } };
  outputFormatConfiguration?: { serializer?: { parquetSerDe?: { compression?: string } } };
  schemaConfiguration?: { databaseName?: string; tableName?: string };
}

/**
 * Reads the delivery stream; undefined where the stack has none.
 * @throws DeclarationError
 */
export function deliveryOf(recording: Recording, streamArn: string): DeliveryDeclaration | undefined {
  const [delivery, ...others] = recording.ofType("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream");
  if (!delivery) return undefined;
  if (others.length > 0) throw refusal(delivery, "name", "the only delivery stream", others.length + 1);
  const source = (delivery.inputs.kinesisSourceConfiguration as { kinesisStreamArn?: string } | undefined)
    ?.kinesisStreamArn;
  if (source !== streamArn) throw refusal(delivery, "kinesisSourceConfiguration", `from "${streamArn}"`, source);
  if (delivery.inputs.destination !== "extended_s3")
    throw refusal(delivery, "destination", '"extended_s3"', delivery.inputs.destination);
  const to = (delivery.inputs.extendedS3Configuration ?? {}) as Destination;
  const refuse = (property: string, wanted: string, got: unknown) =>
    refusal(delivery, `extendedS3Configuration.${property}`, wanted, got);
  if (!to.bucketArn?.startsWith("arn:aws:s3:::")) throw refuse("bucketArn", "a bucket's ARN", to.bucketArn);
  if (to.compressionFormat !== undefined && to.compressionFormat !== "UNCOMPRESSED")
    throw refuse("compressionFormat", '"UNCOMPRESSED", which Parquet demands', to.compressionFormat);
  if (to.customTimeZone !== undefined && to.customTimeZone !== "UTC")
    throw refuse("customTimeZone", '"UTC"', to.customTimeZone);
  if (to.dynamicPartitioningConfiguration?.enabled)
    throw refuse("dynamicPartitioningConfiguration", "left out", to.dynamicPartitioningConfiguration);
  return {
    name: textOf(delivery, "name"),
    bucket: to.bucketArn.slice("arn:aws:s3:::".length),
    prefix: prefixOf(to, "prefix", refuse),
    errorPrefix: prefixOf(to, "errorOutputPrefix", refuse),
    bufferBytes: (to.bufferingSize ?? DEFAULT_BUFFER.mb) * MB,
    bufferMs: (to.bufferingInterval ?? DEFAULT_BUFFER.seconds) * 1000,
    transform: transformOf(to.processingConfiguration, refuse),
    catalog: catalogOf(recording, to.dataFormatConversionConfiguration, refuse),
  };
}

type Refuse = (property: string, wanted: string, got: unknown) => Error;

function prefixOf(to: Destination, property: "prefix" | "errorOutputPrefix", refuse: Refuse): string {
  const prefix = to[property];
  const unknown = prefix === undefined ? undefined : checkExpression(prefix);
  if (prefix === undefined || unknown !== undefined)
    throw refuse(property, `made of expressions that are known here${unknown ? `, not "${unknown}"` : ""}`, prefix);
  return prefix;
}

function transformOf(processing: Destination["processingConfiguration"], refuse: Refuse): TransformDeclaration {
  const [processor, ...others] = processing?.processors ?? [];
  if (processing?.enabled !== true || processor?.type !== "Lambda" || others.length > 0)
    throw refuse("processingConfiguration", "enabled, with one processor of type Lambda", processing);
  const parameters = new Map(processor.parameters?.map((each) => [each.parameterName, each.parameterValue]));
  const functionArn = parameters.get("LambdaArn")?.replace(/:\$LATEST$/, "");
  if (functionArn === undefined) throw refuse("processingConfiguration", 'with a "LambdaArn"', processor.parameters);
  return {
    functionArn,
    bufferBytes: Number(parameters.get("BufferSizeInMBs") ?? DEFAULT_TRANSFORM.mb) * MB,
    bufferMs: Number(parameters.get("BufferIntervalInSeconds") ?? DEFAULT_TRANSFORM.seconds) * 1000,
    retries: Number(parameters.get("NumberOfRetries") ?? DEFAULT_TRANSFORM.retries),
  };
}

function catalogOf(recording: Recording, conversion: Conversion | undefined, refuse: Refuse): CatalogTable {
  const format = conversion?.outputFormatConfiguration?.serializer?.parquetSerDe;
  const from = conversion?.inputFormatConfiguration?.deserializer?.openXJsonSerDe;
  if (!conversion || conversion.enabled === false || !from || !format || (format.compression ?? "SNAPPY") !== "SNAPPY")
    throw refuse("dataFormatConversionConfiguration", "from OpenX JSON to Parquet with SNAPPY", conversion);
  const { databaseName, tableName } = conversion.schemaConfiguration ?? {};
  const table = recording
    .ofType("aws:glue/catalogTable:CatalogTable")
    .find(({ inputs }) => inputs.name === tableName && inputs.databaseName === databaseName);
  if (!table)
    throw refuse("dataFormatConversionConfiguration.schemaConfiguration", "a declared table", {
      databaseName,
      tableName,
    });
  const storage = table.inputs.storageDescriptor as { columns?: { name: string; type?: string }[] } | undefined;
  return {
    database: textOf(table, "databaseName"),
    table: textOf(table, "name"),
    columns: columnsOf(table, "storageDescriptor", storage?.columns ?? []),
    partitionKeys: columnsOf(table, "partitionKeys", (table.inputs.partitionKeys ?? []) as { name: string }[]),
  };
}

function columnsOf(
  table: RecordedResource,
  property: string,
  columns: readonly { readonly name: string; readonly type?: string }[],
): readonly Column[] {
  return columns.map(({ name, type }) => {
    const known = COLUMN_TYPES.find((each) => each === type);
    if (!known) throw refusal(table, `${property}.${name}`, `of a type among ${COLUMN_TYPES.join(", ")}`, type);
    return { name, type: known };
  });
}
