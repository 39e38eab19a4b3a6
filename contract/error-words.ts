/** What an error says, or what was thrown in its place. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
