import type { RecordedResource } from "./recording";

/** A declaration that the local run does not understand. It is refused, because a part left out would make the run lie. */
export class DeclarationError extends Error {}

/**
 * A property that is a string.
 * @throws DeclarationError
 */
export function textOf(
  resource: RecordedResource,
  property: string,
  from: Readonly<Record<string, unknown>> = resource.inputs,
): string {
  const value = from[property];
  if (typeof value !== "string" || value === "") throw refusal(resource, property, "a string", value);
  return value;
}

/**
 * A property that is a number.
 * @throws DeclarationError
 */
export function numberOf(resource: RecordedResource, property: string, absent?: number): number {
  const value = resource.inputs[property] ?? absent;
  if (typeof value !== "number") throw refusal(resource, property, "a number", value);
  return value;
}

/**
 * A property that is a list. The elements' shapes are the provider's, checked where the stack is compiled.
 * @throws DeclarationError
 */
export function listOf<Element>(resource: RecordedResource, property: string): readonly Element[] {
  const value = resource.inputs[property] ?? [];
  if (!Array.isArray(value)) throw refusal(resource, property, "a list", value);
  return value;
}

/** Says which property the local run does not understand, and what it would. */
export function refusal(resource: RecordedResource, property: string, wanted: string, got: unknown): DeclarationError {
  return new DeclarationError(
    `"${property}" of ${resource.type} "${resource.name}" must be ${wanted} for the local run, got ${JSON.stringify(got)}`,
  );
}
