/** Of ECMAScript's JSON source text access, which TypeScript does not know yet: https://github.com/tc39/proposal-json-parse-with-source */
interface JsonWithSource {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
}
const json = JSON as unknown as JsonWithSource;

/** Parses JSON whose numbers stay as they are written, however large, until it is made text again. */
export function parseExactly(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined ? json.rawJSON(source) : value,
  );
}

/** Whether a value is a number that stays as it was written. */
export function isExactNumber(value: unknown): boolean {
  return json.isRawJSON(value);
}
