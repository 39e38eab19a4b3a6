/** A command line that cannot be followed; its message says what to change. The program ends with status 2. */
export class UsageError extends Error {}
