/** Errors of Kinesis that this service answers with: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html */
export type KinesisErrorType =
  | "AccessDeniedException"
  | "ExpiredIteratorException"
  | "ExpiredNextTokenException"
  | "InvalidArgumentException"
  | "LimitExceededException"
  | "ProvisionedThroughputExceededException"
  | "ResourceInUseException"
  | "ResourceNotFoundException"
  | "SerializationException"
  | "UnknownOperationException"
  | "ValidationException";

/** A request that Kinesis refuses. `message` is what the client reads. */
export class KinesisError extends Error {
  constructor(
    readonly type: KinesisErrorType,
    message: string,
  ) {
    super(message);
    this.name = type;
  }
}
