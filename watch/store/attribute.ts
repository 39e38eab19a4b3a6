import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { numberText } from "../../contract/number-text";

/** What is stored: JSON without null, and without fields that are undefined. */
export type Plain = string | number | boolean | readonly Plain[] | PlainMap;
/** Fields with what is stored in them. */
export interface PlainMap {
  readonly [field: string]: Plain | undefined;
}

/** A value as DynamoDB's own JSON. */
export function toAttribute(value: Plain): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: numberText(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: toItem(value) };
}

/** Fields as an item of DynamoDB. */
export function toItem(map: PlainMap): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([field, value]) => (value === undefined ? [] : [[field, toAttribute(value)]])),
  );
}

/** And back. What this function did not write is left out. */
export function fromAttribute({ S, N, BOOL, L, M }: AttributeValue): Plain | undefined {
  if (S !== undefined) return S;
  if (N !== undefined) return Number(N);
  if (BOOL !== undefined) return BOOL;
  if (L !== undefined) return L.map(fromAttribute).filter((value) => value !== undefined);
  return M === undefined ? undefined : fromItem(M);
}

/** An item of DynamoDB as fields. */
export function fromItem(item: Readonly<Record<string, AttributeValue>>): PlainMap {
  return Object.fromEntries(Object.entries(item).map(([field, value]) => [field, fromAttribute(value)]));
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
