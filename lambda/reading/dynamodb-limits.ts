/** What DynamoDB takes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */

/** Largest item, attribute names included: 400 KB. */
export const MAX_ITEM_BYTES = 400 * 1024;

/**
 * Deepest nesting of maps and lists in an item; `metadata` itself is the first level. DynamoDB says 32 and counts the value within as a
 * level: 31 maps are accepted, 32 refused (nubo-db/dynamodb-conformance, captured 2026-09).
 */
export const MAX_DEPTH = 31;

/** Most put requests in one BatchWriteItem. */
export const MAX_BATCH_ITEMS = 25;

/** Whether DynamoDB holds a number: zero, or from 1E-130 to below 1E+126 in size. Below its 38 digits a double always is. */
export function isStorableNumber(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-130 && size < 1e126);
}
