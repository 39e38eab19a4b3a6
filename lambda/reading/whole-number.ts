import { numberText } from "../../contract/number-text";

/**
 * Whether a double makes another number of one that is written in JSON: of an integer any other, of what is not zero, zero. What
 * has a fraction is rounded, as every JSON reader does. `value` is what the double made of it.
 */
export function isChanged(token: string, value: number): boolean {
  const sent = decimalOf(token);
  if (value === 0) return sent.digits !== "0";
  if (sent.exponent < 0 || /\.\d*[1-9]/.test(token)) return false;
  const kept = decimalOf(numberText(value));
  return sent.digits !== kept.digits || sent.exponent !== kept.exponent;
}

/** Significant digits with a sign, and the power of ten of the last one. */
function decimalOf(token: string): { readonly digits: string; readonly exponent: number } {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return { digits: "0", exponent: 0 };
  return { digits: `${sign}${digits}`, exponent: Number(power) - fraction.length + all.length - digits.length };
}
