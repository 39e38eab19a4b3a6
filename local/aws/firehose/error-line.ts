import type { StreamRecord } from "../../../contract/stream-record";

/** What every line of an object under the error prefix holds. */
interface CommonLine {
  readonly attemptsMade: number;
  /** Milliseconds since the epoch. */
  readonly arrivalTimestamp: number;
  readonly attemptEndingTimestamp: number;
  /** What went wrong, in base64: the stream's own bytes, or what the transform made of them. */
  readonly rawData: string;
  readonly sequenceNumber: string;
  readonly subSequenceNumber: number;
}

/** Of a record that the function failed: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export interface ProcessingFailedLine extends CommonLine {
  readonly errorCode: string;
  readonly errorMessage: string;
  /** As AWS writes it; its documentation has "lambdaArn". */
  readonly lambdaARN: string;
}

/** Of a row that the table does not take: https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html */
export interface ConversionFailedLine extends CommonLine {
  readonly lastErrorCode: "DataFormatConversion.MalformedData";
  readonly lastErrorMessage: string;
  readonly dataCatalogTable: {
    readonly databaseName: string;
    readonly tableName: string;
    readonly region: string;
    readonly versionId: "LATEST";
  };
}

/** A line of an error object, one for each record that failed. */
export type ErrorLine = ProcessingFailedLine | ConversionFailedLine;

/** The line of a record that the transform function failed. */
export function processingFailedLine(
  record: StreamRecord,
  failure: { readonly errorCode: string; readonly errorMessage: string; readonly attempts: number },
  functionArn: string,
  at: number,
): ProcessingFailedLine {
  const { errorCode, errorMessage, attempts } = failure;
  return { ...common(record, record.data, attempts, at), errorCode, errorMessage, lambdaARN: functionArn };
}

/** The line of a row that could not be converted; `row` in base64. */
export function conversionFailedLine(
  record: StreamRecord,
  row: string,
  message: string,
  table: { readonly database: string; readonly table: string; readonly region: string },
  at: number,
): ConversionFailedLine {
  return {
    ...common(record, row, 1, at),
    lastErrorCode: "DataFormatConversion.MalformedData",
    lastErrorMessage: message,
    dataCatalogTable: {
      databaseName: table.database,
      tableName: table.table,
      region: table.region,
      versionId: "LATEST",
    },
  };
}

function common(
  { sequenceNumber, arrivedAt }: StreamRecord,
  rawData: string,
  attempts: number,
  at: number,
): CommonLine {
  return {
    attemptsMade: attempts,
    arrivalTimestamp: arrivedAt,
    attemptEndingTimestamp: at,
    rawData,
    sequenceNumber,
    subSequenceNumber: 0,
  };
}
