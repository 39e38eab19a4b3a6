/** A notice for machines, as far as the account looks at it. */
export interface SentNotice {
  readonly id: string;
  /** The alarm with its occurrence. */
  readonly alarm: string;
  readonly event: string;
  /** When it happened, on the plant's clock. */
  readonly at: number;
  readonly told: boolean;
  /** When it was published first. */
  readonly sentAt: number;
  /** How often it was published: a crash in between repeats it. */
  times: number;
}

/** One run of the sweep. */
export interface SweepLook {
  /** The stream's clock that it judged by. */
  readonly clock: number;
  readonly endedAt: number;
}

/** What the device watch has said: its notices, its mails and its sweeps. */
export class WatchLedger {
  readonly #notices = new Map<string, SentNotice>();
  readonly #looks: SweepLook[] = [];
  #mails = 0;

  /** By id. */
  get notices(): ReadonlyMap<string, SentNotice> {
    return this.#notices;
  }

  /** The sweeps that came to their end without an error. */
  get looks(): readonly SweepLook[] {
    return this.#looks;
  }

  get mails(): number {
    return this.#mails;
  }

  mailed(): void {
    this.#mails += 1;
  }

  /** A message was published for machines. */
  told(message: string, at: number): void {
    const { id, alarm, event, told, ...said } = JSON.parse(message) as Omit<SentNotice, "sentAt" | "times">;
    const known = this.#notices.get(id);
    if (known) known.times += 1;
    else this.#notices.set(id, { id, alarm, event, told, at: said.at, sentAt: at, times: 1 });
  }

  /** A line of the sweep's log. */
  logged(line: string): void {
    const { streamClock, errors, durationMs, _aws } = parsed(line);
    if (typeof streamClock !== "number" || errors !== undefined) return;
    this.#looks.push({ clock: streamClock, endedAt: (_aws?.Timestamp ?? 0) + (durationMs ?? 0) });
  }
}

interface SweepLine {
  readonly streamClock?: number;
  readonly errors?: unknown;
  readonly durationMs?: number;
  readonly _aws?: { readonly Timestamp: number };
}

function parsed(line: string): SweepLine {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
