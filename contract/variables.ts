/** Environment variables of the function. The first two are required; the others have the defaults below. */
export const ENV = {
  /** Name of the hot tier's table. */
  table: "DYNAMODB_TABLE",
  /** Name of the archive bucket. */
  bucket: "S3_BUCKET",
  /** The metrics' one dimension: the environment suffix. */
  environment: "ENVIRONMENT",
  /** Bounds of a normal value by sensor type, as JSON: `{"temperature":{"min":0,"max":100}}`. Either bound may be absent. */
  anomalyLimits: "ANOMALY_LIMITS",
  /** Days that a reading stays in the hot tier, counted from arrival. */
  hotRetentionDays: "HOT_RETENTION_DAYS",
} as const;

/** Bounds of a normal value, in the sensor type's own unit; a value outside is an anomaly. */
export interface AnomalyLimit {
  /** The lowest normal value, itself normal. */
  readonly min?: number;
  /** The highest normal value, itself normal. */
  readonly max?: number;
}

/** Whether there are normal values between the bounds: `min` must be below `max`. */
export function areInOrder({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: AnomalyLimit): boolean {
  return min < max;
}

/** Most days that a reading may stay in the hot tier: ten years, beyond which a setting is surely a mistake. */
export const MAX_HOT_RETENTION_DAYS = 3650;

/** Bounds by sensor type; a type without any has no anomalies. */
export type AnomalyLimits = Readonly<Record<string, AnomalyLimit>>;

/** What the function assumes where its environment says nothing, and the stack where its configuration does not. */
export const DEFAULTS = {
  environment: "dev",
  anomalyLimits: { temperature: { min: 0, max: 100 }, pressure: { min: 0, max: 200 } } as AnomalyLimits,
  hotRetentionDays: 30,
} as const;
