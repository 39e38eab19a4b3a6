import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { printable, printableLines } from "./output";
import { UsageError } from "./usage-error";

/** What a command works with. */
export interface Io {
  /** Takes the result. */
  readonly result: (text: string) => void;
  /** Resolves when more of the result can be taken: a slow reader's rows would fill the memory. */
  readonly ready: () => Promise<void>;
  /** Takes messages for the person, which are not part of the result. */
  readonly note: (text: string) => void;
  /** Shows the progress of long work, in place of the last progress. */
  readonly progress: (text: string) => void;
  /**
   * Asks the person, on a terminal only.
   * @throws UsageError where nobody can answer
   */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The streams of a process. */
export interface Streams {
  /** Where the person answers. */
  readonly stdin: NodeJS.ReadStream;
  /** Takes results. */
  readonly stdout: NodeJS.WriteStream;
  /** Takes everything else. */
  readonly stderr: NodeJS.WriteStream;
}

/** How a terminal behaves. */
export interface TerminalSettings {
  /** Aborted when the person wants the command to end. */
  readonly signal: AbortSignal;
  /** Milliseconds between two progress lines in a file, where they cannot overwrite each other. @default no progress is written to a file */
  readonly plainProgressMs?: number;
  /** Milliseconds of a clock that only goes forward. @default that of the process */
  readonly now?: () => number;
}

/** Narrowest progress line, whatever the terminal says that it has. */
const MIN_COLUMNS = 20;

/** The person's terminal: results go to standard output, everything else to standard error. */
export class Terminal implements Io {
  readonly #streams: Streams;
  readonly #settings: TerminalSettings;
  readonly signal: AbortSignal;
  #progressShown = false;
  #lastPlainAt = Number.NEGATIVE_INFINITY;

  constructor(streams: Streams, settings: TerminalSettings) {
    this.#streams = streams;
    this.#settings = settings;
    this.signal = settings.signal;
  }

  readonly result = (text: string): void => {
    this.#clearProgress();
    this.#streams.stdout.write(`${text}\n`);
  };

  readonly ready = async (): Promise<void> => {
    const { stdout } = this.#streams;
    if (stdout.writableNeedDrain) await once(stdout, "drain", { signal: this.signal });
  };

  readonly note = (text: string): void => {
    this.#clearProgress();
    this.#streams.stderr.write(`${printableLines(text)}\n`);
  };

  readonly progress = (text: string): void => {
    const { stderr } = this.#streams;
    const { plainProgressMs, now = () => performance.now() } = this.#settings;
    const line = printable(text);
    if (stderr.isTTY) {
      this.#clearProgress();
      // A line that wraps could not be overwritten.
      stderr.write(line.slice(0, Math.max(MIN_COLUMNS, stderr.columns - 1)));
      this.#progressShown = true;
    } else if (plainProgressMs !== undefined && now() - this.#lastPlainAt >= plainProgressMs) {
      this.#lastPlainAt = now();
      stderr.write(`${line}\n`);
    }
  };

  readonly confirm = async (question: string): Promise<boolean> => {
    const { stdin: input, stderr: output } = this.#streams;
    if (!input.isTTY) throw new UsageError(`${question} No terminal is there to answer. Fix: add "--yes"`);
    this.#clearProgress();
    const reader = createInterface({ input, output });
    try {
      // An end of input is no yes; Ctrl-C in the terminal's raw mode comes as its own event.
      const stopped = new Promise<never>((_, reject) => {
        reader.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
        reader.once("close", () => reject(new Error("Nothing was answered")));
      });
      stopped.catch(() => {});
      const answer = await Promise.race([reader.question(`${question} [y/N] `, { signal: this.signal }), stopped]);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      reader.close();
    }
  };

  #clearProgress(): void {
    if (this.#progressShown) this.#streams.stderr.write("\r\u001b[K");
    this.#progressShown = false;
  }
}
