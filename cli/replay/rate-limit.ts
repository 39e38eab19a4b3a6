const SECOND_MS = 1000;

/** Time, as a replay takes it from outside. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after the time, or immediately when the signal is given. Never rejects. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Keeps deliveries to a rate, evenly: each is followed by the time that its records take at the rate, and no second has more of them. */
export class RateLimit {
  readonly #rate: number;
  readonly #clock: Clock;
  /** Of the last second at least. */
  #deliveries: { readonly at: number; readonly records: number }[] = [];

  /** @param rate Records per second at most; infinity for no limit. */
  constructor(rate: number, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Resolves when it is time for a delivery, or at Ctrl-C, with the most records that it may have: one at least. */
  async room(): Promise<number> {
    const { now, sleep } = this.#clock;
    const last = this.#deliveries.at(-1);
    if (last !== undefined) await sleep(Math.ceil(last.at + (last.records / this.#rate) * SECOND_MS - now()));
    const second = now() - SECOND_MS;
    this.#deliveries = this.#deliveries.filter(({ at }) => at > second);
    return Math.max(
      1,
      this.#deliveries.reduce((room, { records }) => room - records, this.#rate),
    );
  }

  /** Counts a delivery that begins now. */
  count(records: number): void {
    this.#deliveries.push({ at: this.#clock.now(), records });
  }
}
