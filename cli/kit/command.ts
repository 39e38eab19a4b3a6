/** What a command works with. */
export interface Io {
  /** Takes the result. */
  readonly result: (text: string) => void;
  /** Resolves when more of the result can be taken: a slow reader's rows would fill the memory. */
  readonly ready: () => Promise<void>;
  /** Takes what the person should know beside it. */
  readonly note: (text: string) => void;
  /** Shows how far long work is, in place of what it showed before; on a terminal only. */
  readonly progress: (text: string) => void;
  /** Asks the person; only on a terminal. @throws UsageError where nobody can answer */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One of the program's commands. */
export interface Command {
  readonly name: string;
  /** One line for `iot --help`. */
  readonly summary: string;
  readonly help: string;
  /** Resolves with the exit status: 0 done, 1 failed. @throws UsageError */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** A command line that cannot be followed; the program ends with status 2. */
export class UsageError extends Error {}
