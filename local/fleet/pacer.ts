/** Longest debt that is caught up after a pause, in seconds of the rate: more would be a burst that nobody asked for. */
const MAX_DEBT_SECONDS = 1;

/** Sums of fractions come out a hair below the whole number that they mean. */
const ROUNDING = 1e-6;

/** Says how many readings are due, so that their rate is held evenly whatever the timer does. */
export class Pacer {
  readonly #ratePerSecond: number;
  /** Readings that can only be taken together. */
  readonly #together: number;
  #due = 0;
  #lastMs: number;

  constructor(ratePerSecond: number, nowMs: number, together = 1) {
    this.#ratePerSecond = ratePerSecond;
    this.#together = together;
    this.#lastMs = nowMs;
  }

  /** Readings due by now. What is not `take`n stays due. */
  due(nowMs: number): number {
    this.#due += ((nowMs - this.#lastMs) / 1000) * this.#ratePerSecond;
    this.#due = Math.min(this.#due, Math.max(this.#together, this.#ratePerSecond * MAX_DEBT_SECONDS));
    this.#lastMs = nowMs;
    return Math.floor(this.#due + ROUNDING);
  }

  take(count: number): void {
    this.#due -= count;
  }
}
