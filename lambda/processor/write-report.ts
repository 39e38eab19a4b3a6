import { errorName } from "./store-error";

/** What happened on the way to the stores, for the batch's log line. */
export class WriteReport {
  /** Writes that were sent again, one for each time. */
  retried = 0;
  /** How often a store answered with each error. */
  readonly errors = new Map<string, number>();

  count(name: string, times = 1): void {
    this.errors.set(name, (this.errors.get(name) ?? 0) + times);
  }

  countError(error: unknown): void {
    this.count(errorName(error));
  }
}
