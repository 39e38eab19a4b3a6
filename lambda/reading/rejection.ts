import type { RejectedEntry, RejectReason } from "../../contract/rejected";

/** Why a record, or an entry of it, can never be stored. */
export interface Rejection {
  readonly ok: false;
  readonly reason: RejectReason;
  /** A sentence for a person. What it quotes from the record is escaped and cut. */
  readonly detail: string;
  /** The entries that are bad, where each entry of the message is; absent where the message is bad as a whole. */
  readonly entries?: readonly RejectedEntry[];
}

/** Characters of a record's own text that a detail quotes at most. */
export const MAX_QUOTED_CHARACTERS = 48;

/** What a person does not see, or takes for a plain space. */
const INVISIBLE = /[\p{Cc}\p{DI}\p{Cf}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu;

/** Makes a rejection. */
export function reject(reason: RejectReason, detail: string): Rejection {
  return { ok: false, reason, detail };
}

/** Text from outside, cut to a bounded length and with everything invisible escaped, in double quotes. */
export function quote(text: string, limit = MAX_QUOTED_CHARACTERS): string {
  const cut = text.length > limit ? `${text.slice(0, limit).toWellFormed()}…` : text.toWellFormed();
  return JSON.stringify(cut).replace(INVISIBLE, escapeCharacter);
}

/** Any JSON value as a detail names it: short ones as they are, the others by their kind. */
export function describe(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" && !Number.isFinite(value)) return "a number beyond a double's range";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

function escapeCharacter(character: string): string {
  return [...character].map((c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`).join("");
}
