/** The units that a shard accepts or returns per second. It holds one second's worth, and refills continuously. */
export class TokenBucket {
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAt = now;
  }

  /** Whether this many are there at `now` (milliseconds). */
  has(amount: number, now: number): boolean {
    const refill = ((now - this.#filledAt) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + Math.max(0, refill));
    this.#filledAt = now;
    return this.#tokens >= amount;
  }

  /** Takes them, into debt where there are fewer. */
  take(amount: number): void {
    this.#tokens -= amount;
  }
}
