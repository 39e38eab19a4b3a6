/** Whether a value, such as one that was parsed from JSON, is an object with fields: no list, and not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value itself, or what stands in it as JSON; undefined for text that is no JSON. Pulumi hands objects over as text. */
export function fromJson(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
