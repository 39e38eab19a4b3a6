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

/** An alarm that is not normal, as the page lists it. Times are in milliseconds since the epoch; a field without a value is absent. */
export interface ShownAlarm {
  /** With its occurrence: `boiler-7/boiler-hot/temperature#12`. */
  readonly alarm: string;
  readonly device: string;
  readonly rule: string;
  readonly sensorType?: string;
  readonly occurrence: number;
  readonly state: string;
  readonly since: number;
  readonly priority: string;
  readonly value?: number;
  readonly peak?: number;
  readonly limit?: number;
  readonly noData?: true;
  readonly shelved?: true;
  readonly shelvedUntil?: number;
  readonly suppressedBy?: string;
  readonly acknowledgedBy?: string;
}

/** Limits of a rule over one sensor. */
export interface ShownLimit {
  readonly rule: string;
  readonly sensorType: string;
  readonly low?: number;
  readonly high?: number;
}

/** An occurrence of an alarm, as a chart marks it. */
export interface ShownOccurrence {
  /** `rule/sensor`, or `rule` for what the device itself does. */
  readonly key: string;
  readonly n: number;
  readonly raisedAt: number;
  readonly endedAt: number | undefined;
}

/** What a device's charts show beside its readings. */
export interface DeviceAlarms {
  readonly limits: readonly ShownLimit[];
  /** The newest first. */
  readonly occurrences: readonly ShownOccurrence[];
}

/** What a person does to an alarm. */
export interface AlarmDeed {
  /** The alarm; where it is acknowledged, with its occurrence. */
  readonly alarm: string;
  readonly deed: "ack" | "shelve" | "unshelve";
  readonly by: string;
  readonly note?: string;
  /** How long a shelf holds. */
  readonly forMs?: number;
}
