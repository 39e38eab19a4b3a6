import { setTimeout as wait } from "node:timers/promises";

/** A point in time after which nothing is waited for: what is still under way is aborted. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #reached: Promise<never>;

  /** @param inMs Milliseconds from now; 0 or less has passed already. */
  constructor(inMs: number) {
    this.#reached = new Promise((_, fail) => {
      this.signal.addEventListener("abort", () => fail(this.signal.reason), { once: true });
    });
    // Whoever races against it is told; that nobody does is no fault.
    this.#reached.catch(() => undefined);
    if (inMs > 0) this.#timer = setTimeout(() => this.#controller.abort(), inMs);
    else this.#controller.abort();
  }

  /** For what can be aborted. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasPassed(): boolean {
    return this.signal.aborted;
  }

  /** The promise's result, or a rejection as soon as the deadline passes, whatever the promise does. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#reached]);
  }

  /** Waits, but not past the deadline. */
  async sleep(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.signal }).catch(() => undefined);
  }

  /** Lets go of the timer. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
