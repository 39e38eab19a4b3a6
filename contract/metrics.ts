/** Namespace of the processor's own metrics. */
export const METRIC_NAMESPACE = "IoT/Manufacturing";

/** The only dimension of the processor's own metrics; its value is the environment suffix. */
export const METRIC_DIMENSION = "Environment";

/** The processor's own metrics. Each counts records before the returned checkpoint, so a retry counts none twice. */
export const METRIC = {
  /** Stored. */
  processed: "ProcessedRecords",
  /** Out of bounds, of those stored. */
  anomalies: "AnomaliesDetected",
  /** Rejected, and kept in `rejected/`. */
  rejected: "RejectedRecords",
  /** Rejected, plus returned for a retry. */
  errors: "ProcessingErrors",
  /** Neither stored nor wrong: a reading of the same device, type and time that arrived later is stored instead. */
  superseded: "SupersededReadings",
} as const;

/** The metric of the archive's transform function. It is published only where there is something to count. */
export const ARCHIVE_METRIC = {
  /** Records that were not archived, and are in `firehose-errors/`. */
  failed: "ArchiveFailedRecords",
} as const;
