/** An event source mapping of a Kinesis stream, as it is declared. */
export interface MappingSettings {
  readonly uuid: string;
  readonly streamName: string;
  readonly streamArn: string;
  readonly functionArn: string;
  /** The function's execution role: by it the mapping reads, and it stands in each record. */
  readonly roleArn: string;
  readonly region: string;
  readonly batchSize: number;
  /** How long a batch may wait to become full. */
  readonly windowMs: number;
  /** Batches of one shard that are processed concurrently. */
  readonly parallelizationFactor: number;
  /** Retries after the first attempt; -1 for as long as the records live. */
  readonly maximumRetryAttempts: number;
  /** Age at which a record is given up; -1 for never. */
  readonly maximumRecordAgeSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** Bucket of the on-failure destination. Without one, what is given up is dropped. */
  readonly failureBucket: string | undefined;
}
