/** An event of a log group. */
export interface LogEvent {
  /** Its place in the group, from 0. */
  readonly id: number;
  readonly timestamp: number;
  readonly message: string;
}

/** A log group, as CloudWatch Logs' API shows it. */
export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly retentionInDays: number | undefined;
  /** In the order of their ids. */
  readonly events: () => readonly LogEvent[];
}

/** Every log group has this one stream here. */
export const LOG_STREAM = "local";

/** Most events that are kept of a function: a run of days must not fill the memory. */
const KEPT = 10_000;

/** What a function has logged last. */
export class FunctionLog {
  readonly #now: () => number;
  #events: LogEvent[] = [];
  #next = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get events(): readonly LogEvent[] {
    return this.#events.slice(-KEPT);
  }

  add(message: string): void {
    this.#events.push({ id: this.#next++, timestamp: this.#now(), message });
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
  }
}
