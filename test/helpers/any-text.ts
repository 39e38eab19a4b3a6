import fc from "fast-check";

const SURROGATES = { from: 0xd800, count: 0x800 };

/** A character of Unicode. fast-check's own take half a second to make, in each suite. */
const character = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES.count })
  .map((place) => String.fromCodePoint(place < SURROGATES.from ? place : place + SURROGATES.count));

/** Texts of any characters. */
export function anyText(constraints: { readonly minLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}
