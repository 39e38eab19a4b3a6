import type { RejectedLine } from "../contract/rejected";

/** The lines of a `rejected/` object that hold records, and why the rest cannot be read; undefined where all lines do. */
export function rejectedLines(text: string): { readonly lines: readonly RejectedLine[]; readonly unreadable?: string } {
  const texts = text.split("\n").filter((line) => line !== "");
  const lines = texts.flatMap((line) => rejectedLine(line) ?? []);
  if (texts.length === 0) return { lines, unreadable: "it is empty" };
  const broken = texts.length - lines.length;
  return broken === 0 ? { lines } : { lines, unreadable: `${broken} of its ${texts.length} lines hold no record` };
}

function rejectedLine(text: string): RejectedLine | undefined {
  let line: Partial<Record<keyof RejectedLine, unknown>> | null;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof line !== "object" || line === null) return undefined;
  const { reason, detail, shardId, sequenceNumber, partitionKey, arrivedAt, data, entries } = line;
  const texts = [reason, detail, shardId, partitionKey, data].every((field) => typeof field === "string");
  const isRecord = texts && typeof sequenceNumber === "string" && /^\d+$/.test(sequenceNumber) && isTime(arrivedAt);
  return isRecord && (entries === undefined || areEntries(entries)) ? (line as RejectedLine) : undefined;
}

function areEntries(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (entry) =>
        Number.isSafeInteger(entry?.index) && typeof entry.reason === "string" && typeof entry.detail === "string",
    )
  );
}

/** Whether a value is a time that a date can hold. */
function isTime(value: unknown): boolean {
  return typeof value === "number" && !Number.isNaN(new Date(value).getTime());
}
