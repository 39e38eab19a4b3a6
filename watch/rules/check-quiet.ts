import { fromJson, isObject } from "../../contract/json";
import { type Checked, deviceGlob, type FieldCheck, line } from "./field-checks";
import { mustBe, type NearestWord, unknownField } from "./problem";
import { type QuietWindow, WEEKDAYS, type Weekday } from "./rule";

/** The quiet windows, or all that is wrong with them. */
export type CheckedQuiet =
  | { readonly ok: true; readonly quiet: readonly QuietWindow[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const MAX_WINDOWS = 100;
const DAY_MINUTES = 24 * 60;

const days: FieldCheck<readonly Weekday[]> = (given) => {
  const known = Array.isArray(given) && given.every((day) => WEEKDAYS.includes(day as Weekday));
  return known && given.length > 0 && new Set(given).size === given.length
    ? { ok: true, value: given as Weekday[] }
    : { ok: false, rule: `a list of different days of ${WEEKDAYS.join(", ")}` };
};

const timeOfDay: FieldCheck<number> = (given) => {
  const [, hours, minutes] = typeof given === "string" ? (/^([01]\d|2[0-3]):([0-5]\d)$/.exec(given) ?? []) : [];
  return hours === undefined
    ? { ok: false, rule: 'a time of day such as "22:00"' }
    : { ok: true, value: Number(hours) * 60 + Number(minutes) };
};

const timezone: FieldCheck<string> = (given) =>
  typeof given === "string" && isTimezone(given)
    ? { ok: true, value: given }
    : { ok: false, rule: "an IANA time zone such as America/Sao_Paulo" };

const QUIET_FIELDS = { device: deviceGlob, days, from: timeOfDay, to: timeOfDay, timezone, reason: line(200) } as const;
type QuietField = keyof typeof QUIET_FIELDS;
type QuietFields = { [F in QuietField]?: (typeof QUIET_FIELDS)[F] extends FieldCheck<infer V> ? V : never };

/** Checks the value of `watchQuiet` and reports every problem: a list of windows, or its JSON; undefined means none. */
export function checkWatchQuiet(given: unknown, nearest?: NearestWord, key = "watchQuiet"): CheckedQuiet {
  const value = given === undefined ? [] : fromJson(given);
  if (!Array.isArray(value) || value.length > MAX_WINDOWS) {
    const rule = `a list of at most ${MAX_WINDOWS} quiet times, such as [{"device":"boiler-*","reason":"revision"}]`;
    return { ok: false, problems: [mustBe(key, rule, given)] };
  }
  const problems: string[] = [];
  const quiet = value.flatMap((window, place) => {
    const path = `${key}[${place}]`;
    if (!isObject(window)) {
      problems.push(mustBe(path, "an object with a device and a reason", window));
      return [];
    }
    const fields = checkFields(window, path, nearest, problems);
    problems.push(...together(window, fields, path));
    return quietWindowOf(fields);
  });
  return problems.length === 0 ? { ok: true, quiet } : { ok: false, problems };
}

function checkFields(
  window: Readonly<Record<string, unknown>>,
  path: string,
  nearest: NearestWord | undefined,
  problems: string[],
): QuietFields {
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(window)) {
    if (!Object.hasOwn(QUIET_FIELDS, field)) {
      problems.push(unknownField(`${path}.${field}`, field, Object.keys(QUIET_FIELDS), "a quiet time", nearest));
      continue;
    }
    const checked: Checked<unknown> = QUIET_FIELDS[field as QuietField](value);
    if (checked.ok) fields[field] = checked.value;
    else problems.push(mustBe(`${path}.${field}`, checked.rule, value));
  }
  return fields as QuietFields;
}

function together(given: Readonly<Record<string, unknown>>, { from, to }: QuietFields, path: string): string[] {
  const problems = (["device", "reason"] as const)
    .filter((field) => given[field] === undefined)
    .map((field) =>
      mustBe(`${path}.${field}`, field === "device" ? "the devices that are quiet" : "why they are quiet", undefined),
    );
  if ((given.from === undefined) !== (given.to === undefined)) {
    const missing = given.from === undefined ? "from" : "to";
    problems.push(
      mustBe(`${path}.${missing}`, `a time of day where "${missing === "from" ? "to" : "from"}" is one`, undefined),
    );
  }
  if (from !== undefined && from === to)
    problems.push(mustBe(`${path}.to`, 'another time than "from"; leave both out for whole days', given.to));
  if ((given.days !== undefined || given.from !== undefined) && given.timezone === undefined)
    problems.push(
      mustBe(`${path}.timezone`, "the time zone of the days and times, such as America/Sao_Paulo", undefined),
    );
  return problems;
}

function quietWindowOf({ device = "", days: on, from, to, timezone: zone, reason = "" }: QuietFields): QuietWindow {
  return {
    device,
    ...(on !== undefined && { days: on }),
    ...(from !== undefined && to !== undefined && { fromMinute: from % DAY_MINUTES, toMinute: to % DAY_MINUTES }),
    ...(zone !== undefined && { timezone: zone }),
    reason,
  };
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
