import fc from "fast-check";

/** Code points that are half of a character each. */
const HALVES = { from: 0xd800, count: 0x800 };

/**
 * A character of Unicode. fast-check's own take half a second to make, in each suite. The way back is for fast-check, too: it mixes in texts
 * such as `__proto__` only where it finds the place of each of their characters.
 */
const character = fc.integer({ min: 0, max: 0x10ffff - HALVES.count }).map(characterAt, placeOf);

function characterAt(place: number): string {
  return String.fromCodePoint(place < HALVES.from ? place : place + HALVES.count);
}

function placeOf(text: unknown): number {
  const [first = "", ...others] = String(text);
  const codePoint = first.codePointAt(0);
  if (codePoint === undefined || others.length > 0 || /\p{Surrogate}/u.test(first)) throw new Error("not a character");
  return codePoint < HALVES.from ? codePoint : codePoint - HALVES.count;
}

/** Texts of any characters. */
export function anyText(constraints: { readonly minLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}
