/** The tables and write requests of a BatchWriteItem. */
type RequestItems = Record<string, unknown[]>;

/**
 * Splits a BatchWriteItem's body into what is handed on and what is left unprocessed: each write with the chance of one half, the last
 * one if chance spares all. Undefined for a body that is no BatchWriteItem: the emulator says what is wrong with it.
 */
export function splitBatch(
  body: string,
  random: () => number,
): { handOn?: string; leftOver: RequestItems } | undefined {
  let request: { RequestItems?: RequestItems };
  try {
    request = JSON.parse(body);
  } catch {
    return undefined;
  }
  const tables = Object.entries(request.RequestItems ?? {});
  if (tables.length === 0 || !tables.every(([, writes]) => Array.isArray(writes) && writes.length > 0))
    return undefined;
  const accepted: RequestItems = {};
  const leftOver: RequestItems = {};
  for (const [table, writes] of tables)
    for (const write of writes) {
      const side = random() < 0.5 ? accepted : leftOver;
      side[table] = [...(side[table] ?? []), write];
    }
  if (Object.keys(leftOver).length === 0) {
    const [table, writes] = tables[0] ?? ["", []];
    leftOver[table] = [writes.at(-1)];
    if (writes.length > 1) accepted[table] = writes.slice(0, -1);
    else delete accepted[table];
  }
  return Object.keys(accepted).length === 0
    ? { leftOver }
    : { handOn: JSON.stringify({ ...request, RequestItems: accepted }), leftOver };
}

/** Adds what was left out to an answer's UnprocessedItems. */
export function mergeUnprocessed(answer: string, leftOver: RequestItems): string {
  const body: { UnprocessedItems?: RequestItems } = JSON.parse(answer);
  const merged: RequestItems = { ...leftOver };
  for (const [table, writes] of Object.entries(body.UnprocessedItems ?? {}))
    merged[table] = [...(merged[table] ?? []), ...writes];
  return JSON.stringify({ ...body, UnprocessedItems: merged });
}
