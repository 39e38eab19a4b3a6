/** A number as it is written to the stores: every digit of an integer that a double holds, else the shortest text of the double. */
export function numberText(value: number): string {
  // From 1E+21 on the shortest text is in powers of ten, and no longer hides digits behind zeros.
  const hidesDigits = Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21;
  return hidesDigits ? BigInt(value).toString() : String(value);
}
