/** Namespace of the function's own metrics; their one dimension is `METRIC_DIMENSION`. */
export const METRIC_NAMESPACE = "IoT/Manufacturing";

/** The one dimension of every metric: the environment suffix. */
export const METRIC_DIMENSION = "Environment";

/** The function's own metrics, each a count over the records before the returned checkpoint. */
export const METRIC = {
  /** Stored. */
  processed: "ProcessedRecords",
  /** Out of bounds, of those stored. */
  anomalies: "AnomaliesDetected",
  /** Set aside in `rejected/`. */
  rejected: "RejectedRecords",
  /** Set aside, plus handed back for a retry. */
  errors: "ProcessingErrors",
  /** Neither stored nor wrong: a reading of the same device, type and time that arrived later is stored instead. */
  superseded: "SupersededReadings",
} as const;
