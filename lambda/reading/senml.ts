import { isObject } from "../../contract/json";
import { type Entry, entryInvalid, type Message, type Source } from "./entry";
import type { EntryTexts } from "./inexact-value";
import type { Fields } from "./payload";
import { describe, quote, type Rejection, reject } from "./rejection";

/**
 * Readings in SenML's JSON form, each record resolved to this project's fields. https://www.rfc-editor.org/rfc/rfc8428
 * A version above 10 and base fields of a wrong type concern every record after them, so they reject the message whole.
 */

/** Times below it are relative to the arrival, seconds. https://www.rfc-editor.org/rfc/rfc8428#section-4.5.3 */
const RELATIVE_BELOW = 2 ** 28;
/** https://www.rfc-editor.org/rfc/rfc8428#section-4.4 */
const HIGHEST_VERSION = 10;

/** For the person who sends an array that is not SenML. */
const OWN_FORM = ' In this project\'s own form a list stands under "readings", beside "deviceId".';

/** What the base fields of the records so far say. */
interface Base {
  readonly name: string;
  readonly time: number | undefined;
  readonly unit: string | undefined;
  readonly value: number | undefined;
  /** Whether a double makes another number of the value that was sent. */
  readonly isInexact: boolean;
  readonly hasSum: boolean;
}

/** Base fields, and the type that each must have. https://www.rfc-editor.org/rfc/rfc8428#section-4.1 */
const BASE_TYPES = { bn: "string", bt: "number", bu: "string", bv: "number", bs: "number", bver: "number" } as const;

/** Other values than numbers. */
const OTHER_VALUES = { vs: "text", vb: "a boolean", vd: "data" } as const;

/** The entries of a SenML pack. A record with base fields only is not an entry. */
export function senmlEntries(pack: readonly unknown[], texts: EntryTexts, source: Source): Message | Rejection {
  let base: Base = { name: "", time: undefined, unit: undefined, value: undefined, isInexact: false, hasSum: false };
  const entries: (Entry | Rejection | undefined)[] = [];
  for (const [index, record] of pack.entries()) {
    if (!isObject(record)) {
      entries.push(entryInvalid(record));
      continue;
    }
    const problem = checkBase(record);
    if (problem) return problem;
    base = nextBase(base, record, texts, index);
    const isBaseAlone = Object.keys(record).every((name) => Object.hasOwn(BASE_TYPES, name));
    entries.push(isBaseAlone ? undefined : resolved(record, base, texts, index, source));
  }
  if (entries.every((entry) => entry === undefined))
    return reject("readings_empty", "The message must have at least one reading, was base fields alone.");
  return { ok: true, isList: true, entries };
}

function checkBase(record: Fields): Rejection | undefined {
  for (const [name, type] of Object.entries(BASE_TYPES)) {
    const value = record[name];
    if (value === undefined || value === null || typeof value === type) continue;
    const wanted = type === "string" ? "text" : "a number";
    return reject("senml_base_invalid", `"${name}" must be ${wanted}, was ${describe(value)}.`);
  }
  const { bver } = record;
  if (typeof bver === "number" && bver > HIGHEST_VERSION)
    return reject("senml_version_unsupported", `"bver" must be at most ${HIGHEST_VERSION}, was ${bver}.`);
  return undefined;
}

function nextBase(base: Base, { bn, bt, bu, bv, bs }: Fields, texts: EntryTexts, index: number): Base {
  return {
    name: typeof bn === "string" ? bn : base.name,
    time: typeof bt === "number" ? bt : base.time,
    unit: typeof bu === "string" ? bu : base.unit,
    value: typeof bv === "number" ? bv : base.value,
    isInexact: typeof bv === "number" ? texts.isInexact(bv, index, "bv") : base.isInexact,
    hasSum: typeof bs === "number" || base.hasSum,
  };
}

/** A record with its base fields applied. */
function resolved(record: Fields, base: Base, texts: EntryTexts, index: number, source: Source): Entry | Rejection {
  const problem = checkRecord(record, base);
  if (problem) return problem;
  const name = nameOf(`${base.name}${record.n ?? ""}`, source.publisher);
  if (!name.ok) return name;
  const { v, u } = record;
  const isNumber = typeof v === "number";
  const value =
    base.value === undefined || (v !== undefined && v !== null && !isNumber) ? v : base.value + Number(v ?? 0);
  const unit = u ?? base.unit;
  return {
    ok: true,
    fields: {
      deviceId: name.deviceId,
      sensorType: name.sensorType,
      value,
      timestamp: timestampOf(record.t, base.time, source.arrivedAt),
      metadata: unit === undefined ? undefined : { unit },
    },
    isInexact: base.isInexact || isInexactSum(base.value, v) || texts.isInexact(v, index, "v"),
  };
}

/** Of two integers that a double holds, it may not hold the sum. */
function isInexactSum(base: number | undefined, v: unknown): boolean {
  if (base === undefined || typeof v !== "number" || !Number.isInteger(base) || !Number.isInteger(v)) return false;
  const sum = base + v;
  return !Number.isSafeInteger(sum) && Number.isFinite(sum) && BigInt(base) + BigInt(v) !== BigInt(sum);
}

function checkRecord(record: Fields, base: Base): Rejection | undefined {
  for (const [field, kind] of Object.entries(OTHER_VALUES))
    if (record[field] !== undefined && record[field] !== null)
      return reject("senml_value_unsupported", `A SenML record must hold a number in "v", was ${kind} in "${field}".`);
  if (base.hasSum || (record.s !== undefined && record.s !== null))
    return reject("senml_sum_unsupported", 'A SenML record must hold a number in "v", was a sum in "s".');
  // https://www.rfc-editor.org/rfc/rfc8428#section-4.4
  const extension = Object.keys(record).find((field) => field.endsWith("_"));
  if (extension !== undefined)
    return reject("senml_extension_unsupported", `A SenML record must not hold ${quote(extension)}, which is unknown.`);
  if (record.n !== undefined && record.n !== null && typeof record.n !== "string")
    return reject("senml_name_invalid", `"n" must be text, was ${describe(record.n)}.`);
  return undefined;
}

/**
 * The device and the sensor type in a resolved name. A device's own name may hold colons, so the publisher's name decides where it
 * ends; for another name the first slash does, or else the last colon.
 */
function nameOf(
  name: string,
  publisher: string,
): { readonly ok: true; readonly deviceId: string; readonly sensorType: string } | Rejection {
  const isOwn = name.startsWith(publisher) && /^[/:]/.test(name.slice(publisher.length));
  const slash = name.indexOf("/");
  const end = isOwn ? publisher.length : slash === -1 ? name.lastIndexOf(":") : slash;
  if (end <= 0)
    return reject(
      "senml_name_invalid",
      `"bn" and "n" must be a device, "/" or ":", and a sensor type, was ${quote(name)}.${name === "" ? OWN_FORM : ""}`,
    );
  return { ok: true, deviceId: name.slice(0, end), sensorType: name.slice(end + 1) };
}

/** Milliseconds since the epoch; undefined where the pack gives the record no time. What is no number is left to be refused. */
function timestampOf(t: unknown, baseTime: number | undefined, arrivedAt: number): unknown {
  if (t !== undefined && t !== null && typeof t !== "number") return t;
  if (typeof t !== "number" && baseTime === undefined) return undefined;
  const seconds = (baseTime ?? 0) + (t ?? 0);
  return Math.round(seconds < RELATIVE_BELOW ? arrivedAt + seconds * 1000 : seconds * 1000);
}
