import { isObject } from "../../../contract/json";
import { isBase64 } from "../base64";
import { KinesisError } from "./kinesis-error";

/** A request's body, as it came. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * The members in the body of a request, where it has one.
 * @throws KinesisError SerializationException where `parse` throws, or gives no object
 */
export function parseMembers(body: Buffer, parse: (body: Buffer) => unknown): Members {
  if (body.length === 0) return {};
  try {
    const parsed = parse(body);
    if (isObject(parsed)) return parsed;
  } catch {
    // The same answer as for a body of another kind.
  }
  throw new KinesisError("SerializationException", "The request's body must be an object.");
}

/**
 * What a member holds, where it holds members of its own.
 * @throws KinesisError
 */
export function membersOf(name: string, value: unknown): Members {
  if (isObject(value)) return value;
  throw wrongType(name, "a structure", value);
}

/**
 * An optional string.
 * @throws KinesisError
 */
export function optionalText(members: Members, name: string): string | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  return value;
}

/**
 * A required string of `min` to `max` characters.
 * @throws KinesisError
 */
export function text(members: Members, name: string, max: number, min = 1): string {
  const value = optionalText(members, name);
  if (value === undefined) throw constraint(name, "null", "Member must not be null");
  if (value.length > max) throw constraint(name, value, `Member must have length less than or equal to ${max}`);
  if (value.length < min) throw constraint(name, value, `Member must have length greater than or equal to ${min}`);
  return value;
}

/**
 * An optional string that matches a pattern as a whole.
 * @throws KinesisError
 */
export function optionalMatching(members: Members, name: string, pattern: string): string | undefined {
  const value = optionalText(members, name);
  if (value === undefined || new RegExp(`^(?:${pattern})$`).test(value)) return value;
  throw constraint(name, value, `Member must satisfy regular expression pattern: ${pattern}`);
}

/**
 * A required string that matches a pattern as a whole.
 * @throws KinesisError
 */
export function matching(members: Members, name: string, pattern: string): string {
  const value = optionalMatching(members, name, pattern);
  if (value === undefined) throw constraint(name, "null", "Member must not be null");
  return value;
}

/**
 * A required string out of these.
 * @throws KinesisError
 */
export function choice<T extends string>(members: Members, name: string, choices: readonly T[]): T {
  const value = text(members, name, 100);
  const found = choices.find((candidate) => candidate === value);
  if (found) return found;
  throw constraint(name, value, `Member must satisfy enum value set: [${choices.join(", ")}]`);
}

/**
 * An optional whole number.
 * @throws KinesisError
 */
export function optionalWhole(members: Members, name: string, min: number, max: number): number | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(name, "a whole number", value);
  if (value < min) throw constraint(name, String(value), `Member must have value greater than or equal to ${min}`);
  if (value > max) throw constraint(name, String(value), `Member must have value less than or equal to ${max}`);
  return value;
}

/**
 * A required whole number.
 * @throws KinesisError
 */
export function whole(members: Members, name: string, min: number, max: number): number {
  const value = optionalWhole(members, name, min, max);
  if (value === undefined) throw constraint(name, "null", "Member must not be null");
  return value;
}

/**
 * A required blob, which stays in base64.
 * @throws KinesisError
 */
export function blob(members: Members, name: string): string {
  const value = optionalText(members, name);
  if (value === undefined) throw constraint(name, "null", "Member must not be null");
  if (!isBase64(value)) throw new KinesisError("SerializationException", `"${name}" must be a blob in base64.`);
  return value;
}

/**
 * An optional time, in milliseconds; the protocol has seconds since the epoch.
 * @throws KinesisError
 */
export function optionalTime(members: Members, name: string): number | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw wrongType(name, "seconds since the epoch", value);
  return Math.round(value * 1000);
}

/** What AWS answers where a member breaks its model. */
export function constraint(name: string, value: string, rule: string): KinesisError {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const shown = value === "null" ? "null" : `'${value.slice(0, 100)}'`;
  return new KinesisError(
    "ValidationException",
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

function wrongType(name: string, wanted: string, value: unknown): KinesisError {
  return new KinesisError("SerializationException", `"${name}" must be ${wanted}, got ${JSON.stringify(value)}`);
}
