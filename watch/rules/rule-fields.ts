import { DAY_MS, MINUTE_MS } from "./duration";
import {
  deviceGlob,
  duration,
  type FieldCheck,
  flag,
  line,
  number,
  oneOf,
  present,
  range,
  sensorType,
  webAddress,
} from "./field-checks";
import { PRIORITIES } from "./rule";

const WEEK_MS = 7 * DAY_MS;
const notNegative = number("a number of 0 or more", (value) => value >= 0);

/** The fields that say what is watched for. A rule has one of them. */
export const CONDITION_FIELDS = {
  above: number("a number"),
  below: number("a number"),
  outside: range,
  anomaly: present,
  flatFor: duration(MINUTE_MS, WEEK_MS),
  changesPerMinute: number("a number above 0", (value) => value > 0),
  // The sweep that finds silence runs once a minute.
  silentFor: duration(MINUTE_MS, WEEK_MS),
} as const;

/** Every field of a rule, and what it must be. */
export const RULE_FIELDS = {
  ...CONDITION_FIELDS,
  sensorType,
  device: deviceGlob,
  tolerance: notNegative,
  deadband: notNegative,
  for: duration(0, WEEK_MS),
  clearFor: duration(0, WEEK_MS),
  priority: oneOf(PRIORITIES),
  text: line(200),
  runbook: webAddress,
  acknowledge: flag,
  latch: flag,
  under: line(40),
  remindEvery: duration(5 * MINUTE_MS, WEEK_MS),
} as const;

/** A field that says when the alarm is raised. */
export type ConditionField = keyof typeof CONDITION_FIELDS;
/** Any field of a rule. */
export type RuleField = keyof typeof RULE_FIELDS;

/** A rule's fields, each checked by itself. */
export type RuleFields = {
  readonly [Field in RuleField]?: (typeof RULE_FIELDS)[Field] extends FieldCheck<infer Value> ? Value : never;
};

/** Conditions that mean nothing without the sensor type whose unit they are in. */
export const NEED_SENSOR_TYPE: readonly ConditionField[] = ["above", "below", "outside", "changesPerMinute"];

/** Fields that some conditions have no use for, and why: what nobody reads is refused. */
export const USELESS: readonly { field: RuleField; with: readonly ConditionField[]; why: string }[] = [
  { field: "deadband", with: ["flatFor", "silentFor"], why: "it has no limit that a band could lie in" },
  { field: "for", with: ["flatFor", "silentFor"], why: "it is a delay itself" },
  { field: "clearFor", with: ["silentFor"], why: "the first live reading ends it" },
  {
    field: "tolerance",
    with: ["above", "below", "outside", "anomaly", "changesPerMinute", "silentFor"],
    why: "only flatFor has a tolerance",
  },
];
