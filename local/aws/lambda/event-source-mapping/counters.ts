/**
 * What AWS counts for a mapping, in records (metric group EventCount):
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export interface Counters {
  /** PolledEventCount. */
  polled: number;
  /** InvokedEventCount. */
  invoked: number;
  /** FailedInvokeEventCount, with the records of a response that reports failures. */
  failedInvoke: number;
  /** OnFailureDestinationDeliveredEventCount. */
  delivered: number;
  /** DroppedEventCount: given up, and not delivered. */
  dropped: number;
  /** DestinationDeliveryFailures, in batches. */
  destinationFailures: number;
  /** IteratorAge: age of the last record of the latest invocation, milliseconds. */
  lagMs: number;
}

/** The counters of a mapping that has read nothing. */
export function noCounts(): Counters {
  return { polled: 0, invoked: 0, failedInvoke: 0, delivered: 0, dropped: 0, destinationFailures: 0, lagMs: 0 };
}
