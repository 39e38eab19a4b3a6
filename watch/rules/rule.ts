/** What a rule watches for. A limit is broken strictly past it. */
export type Condition =
  | { readonly kind: "above"; readonly limit: number }
  | { readonly kind: "below"; readonly limit: number }
  | { readonly kind: "outside"; readonly low: number; readonly high: number }
  /** The processor's own verdict: out of the bounds of `anomalyLimits`. */
  | { readonly kind: "anomaly" }
  /** The value stays within `tolerance` of itself for `forMs`. */
  | { readonly kind: "flat"; readonly forMs: number; readonly tolerance: number }
  | { readonly kind: "change"; readonly perMinute: number }
  /** No live reading for `forMs`: of the sensor where the rule names a sensor type, else of the device. */
  | { readonly kind: "silent"; readonly forMs: number }
  /** The device itself calls its value bad. Built in: no rule of a plant has it. */
  | { readonly kind: "quality" };

/** The priorities of an alarm, the most urgent first. */
export const PRIORITIES = ["high", "medium", "low"] as const;
/** How soon people are to act. */
export type Priority = (typeof PRIORITIES)[number];

/** A rule as the machine reads it: checked, defaults filled in, durations in milliseconds. It is plain JSON. */
export interface WatchRule {
  /** Its key in the configuration. */
  readonly name: string;
  /** Devices it watches: a thing's name, with `*` and `?`. */
  readonly device: string;
  /** The one sensor type it watches; absent: each of them. */
  readonly sensorType?: string;
  readonly condition: Condition;
  /** How far inside the limit a value is good again. */
  readonly deadband: number;
  /** How long the condition holds before it is a raise. */
  readonly forMs: number;
  /** How long the value is good before the alarm is over. */
  readonly clearForMs: number;
  readonly priority: Priority;
  /** The plant's own words for it. */
  readonly text?: string;
  /** Address of the instructions. */
  readonly runbook?: string;
  /** Whether an alarm that is over waits for a person. */
  readonly acknowledge: boolean;
  /** Whether an alarm that is over is held until it is reset. */
  readonly latch: boolean;
  /** The rule that speaks for this one: while it is active on the device, this one is not told. */
  readonly under?: string;
  /** Time between reminders of an alarm that nobody acknowledged. */
  readonly remindEveryMs?: number;
}

/** The days of a week, as configuration names them. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** A day of the week. */
export type Weekday = (typeof WEEKDAYS)[number];

/** When devices are not told about. Without `days` and times: always, which is "out of service". It is plain JSON. */
export interface QuietWindow {
  /** Devices that are quiet: a thing's name, with `*` and `?`. */
  readonly device: string;
  /** Days on which it begins; absent: every day. */
  readonly days?: readonly Weekday[];
  /** Minutes after midnight; absent with `toMinute`: the whole day. Past midnight where it is not before `toMinute`. */
  readonly fromMinute?: number;
  readonly toMinute?: number;
  /** IANA time zone of days and times. */
  readonly timezone?: string;
  readonly reason: string;
}

/** Name of the built-in rule that a reading of bad quality raises. */
export const QUALITY_RULE = "quality";

/** The built-in rule: `metadata.quality` is bad. */
export const QUALITY: WatchRule = {
  name: QUALITY_RULE,
  device: "*",
  condition: { kind: "quality" },
  deadband: 0,
  forMs: 0,
  clearForMs: 0,
  priority: "medium",
  text: "The device calls its value bad",
  acknowledge: false,
  latch: false,
};
