interface Session {
  readonly version: number;
  readonly cancelEnd?: () => void;
}

/** Ends sessions when AWS IoT does: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-persistent-sessions */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  constructor(
    private readonly forget: (clientId: string) => Promise<void>,
    /** Calls `then` after a while, and returns how to prevent it. */
    private readonly later: (ms: number, then: () => void) => () => void,
  ) {}

  /** A client is about to be let in. What it may not resume is gone when this resolves. */
  async begin(clientId: string, version: number, cleanStart: boolean): Promise<void> {
    const session = this.#sessions.get(clientId);
    // A session of one version is not resumed by the other.
    if (cleanStart || (session && session.version !== version)) await this.forget(clientId);
  }

  /** It is in, and another connection of its name has been closed. */
  opened(clientId: string, version: number): void {
    this.#sessions.get(clientId)?.cancelEnd?.();
    this.#sessions.set(clientId, { version });
  }

  /** Its connection has ended; the session has so many seconds left. */
  closed(clientId: string, version: number, expirySeconds: number): void {
    const cancelEnd = this.later(expirySeconds * 1000, () => {
      this.#sessions.delete(clientId);
      void this.forget(clientId);
    });
    this.#sessions.set(clientId, { version, cancelEnd });
  }
}
