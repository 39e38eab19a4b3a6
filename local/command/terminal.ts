import { printableLines } from "../../cli/kit/output";

/** Between two progress lines where they cannot overwrite each other. */
const PLAIN_INTERVAL_MS = 5000;

/** What the person at the terminal sees. Results go to standard output, everything else to standard error. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #err: NodeJS.WriteStream;
  readonly #now: () => number;
  #progressShown = false;
  #lastPlainAt = Number.NEGATIVE_INFINITY;

  constructor(out: NodeJS.WriteStream, err: NodeJS.WriteStream, now: () => number) {
    this.#out = out;
    this.#err = err;
    this.#now = now;
  }

  /** A line of its own, above the progress. */
  note(text: string): void {
    this.#clearProgress();
    this.#err.write(`${printableLines(text)}\n`);
  }

  /** The progress line: in place on a terminal, now and then in a file. */
  progress(text: string): void {
    if (this.#err.isTTY) {
      this.#clearProgress();
      // A line that wraps could not be overwritten.
      this.#err.write(text.slice(0, Math.max(20, this.#err.columns - 1)));
      this.#progressShown = true;
    } else if (this.#now() - this.#lastPlainAt >= PLAIN_INTERVAL_MS) {
      this.#lastPlainAt = this.#now();
      this.#err.write(`${text}\n`);
    }
  }

  /** A line of the result. */
  result(text: string): void {
    this.#clearProgress();
    this.#out.write(`${text}\n`);
  }

  #clearProgress(): void {
    if (this.#progressShown) this.#err.write("\r\u001b[K");
    this.#progressShown = false;
  }
}
