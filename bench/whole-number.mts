/**
 * The value of an option.
 * @throws Error where it is no whole number, or below `least`
 */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`"${option}" must be a whole number from ${least}, got "${text}"`);
}
