import type { PayloadId } from "./payload-id";

/** What is on its way to its place, the oldest first. */
export class Underway {
  /** When each came, by a number that grows. */
  readonly #times = new Map<number, number>();
  readonly #byPayload = new Map<PayloadId, number[]>();
  #next = 0;

  get size(): number {
    return this.#times.size;
  }

  /** When the oldest came; undefined where nothing is on its way. */
  get oldest(): number | undefined {
    return this.#times.values().next().value;
  }

  /** @param at Milliseconds since the epoch. */
  add(payload: PayloadId, at: number): void {
    const token = this.#next++;
    this.#times.set(token, at);
    const tokens = this.#byPayload.get(payload);
    if (tokens) tokens.push(token);
    else this.#byPayload.set(payload, [token]);
  }

  /** One with this payload has arrived. Returns whether there was one. */
  remove(payload: PayloadId): boolean {
    const tokens = this.#byPayload.get(payload);
    const token = tokens?.shift();
    if (tokens === undefined || token === undefined) return false;
    if (tokens.length === 0) this.#byPayload.delete(payload);
    return this.#times.delete(token);
  }
}
