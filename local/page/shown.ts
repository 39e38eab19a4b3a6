/** A reading as the page lists it. */
export interface ShownReading {
  readonly timestamp: number;
  readonly sensorType: string;
  readonly value: number;
  readonly isAnomaly: boolean;
}

/** An out-of-range reading, as the page lists it. Times are in milliseconds since the epoch. */
export interface ShownAnomaly {
  readonly at: number;
  readonly deviceId: string;
  readonly sensorType: string;
  /** Null where its object cannot be read. */
  readonly value: number | null;
  readonly reason: string;
}

/** A rejected message, as the page lists it. Times are in milliseconds since the epoch. */
export interface ShownReject {
  readonly at: number;
  readonly deviceId: string;
  readonly reason: string;
  readonly detail: string;
  readonly payload: string;
}
