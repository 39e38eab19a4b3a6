import { elementTexts, memberStart, numberToken } from "./number-token";
import { isChanged } from "./whole-number";

/**
 * Whether a double makes another number of the one that was sent as the object's member `name`: of an integer that it does not hold,
 * or of one too small for it.
 * @param text The object's JSON.
 */
export function isInexact(value: unknown, text: string, name: string): boolean {
  if (typeof value !== "number" || !mayBeChanged(value, text)) return false;
  const sent = numberToken(text, name);
  return sent !== undefined && isChanged(sent, value);
}

/** Answers the same for each entry of a list. The list's text is taken apart only where a number makes it necessary. */
export class EntryTexts {
  readonly #text: string;
  readonly #list: string | undefined;
  #elements: readonly string[] | undefined;

  /** @param list The member that holds the list; undefined where the list is the whole text. */
  constructor(text: string, list?: string) {
    this.#text = text;
    this.#list = list;
  }

  isInexact(value: unknown, index: number, name: string): boolean {
    if (typeof value !== "number" || !mayBeChanged(value, this.#text)) return false;
    this.#elements ??= elementTexts(this.#text, this.#start());
    return isInexact(value, this.#elements[index] ?? "{}", name);
  }

  #start(): number {
    return this.#list === undefined ? this.#text.indexOf("[") : (memberStart(this.#text, this.#list) ?? 0);
  }
}

/** Integers beyond 2^53, and what is so small that a double makes nothing of it: other texts need no second look. */
function mayBeChanged(value: number, text: string): boolean {
  if (value === 0) return /e-|0{300}/i.test(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}
