/** aedes' store of sessions, in its own words. */
interface Persistence {
  cleanSubscriptions(client: { id: string }): Promise<void>;
  removeSubscriptions(client: { id: string }, topicFilters: readonly string[]): Promise<void>;
  outgoingStream(client: { id: string }): AsyncIterable<object>;
  outgoingClearMessageId(client: { id: string }, packet: object): Promise<unknown>;
}

/** Forgets a client's subscriptions, and the messages that wait for it. */
export async function forgetSession(broker: object, id: string): Promise<void> {
  const persistence = persistenceOf(broker);
  await persistence.cleanSubscriptions({ id });
  for await (const packet of persistence.outgoingStream({ id }))
    await persistence.outgoingClearMessageId({ id }, packet);
}

/** Forgets one of a client's subscriptions. */
export async function forgetSubscription(broker: object, id: string, topicFilter: string): Promise<void> {
  await persistenceOf(broker).removeSubscriptions({ id }, [topicFilter]);
}

function persistenceOf(broker: object): Persistence {
  // Its types do not show it.
  return (broker as { readonly persistence: Persistence }).persistence;
}

interface Session {
  readonly version: number;
  readonly cancelEnd?: () => void;
}

/** Ends sessions when AWS IoT does: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-persistent-sessions */
export class Sessions {
  /** Forgets what the broker keeps of a client's session. */
  readonly #forget: (clientId: string) => Promise<void>;
  /** Calls `then` after a while, and returns how to prevent it. */
  readonly #later: (ms: number, then: () => void) => () => void;
  readonly #sessions = new Map<string, Session>();
  /** Sessions that are being forgotten. */
  readonly #endings = new Map<string, Promise<void>>();

  constructor(forget: (clientId: string) => Promise<void>, later: (ms: number, then: () => void) => () => void) {
    this.#forget = forget;
    this.#later = later;
  }

  /** A client is about to be let in. Resolves with whether it resumes a session; what it may not resume is gone then. */
  async begin(clientId: string, version: number, cleanStart: boolean): Promise<boolean> {
    await this.#endings.get(clientId);
    const session = this.#sessions.get(clientId);
    // A session of one version is not resumed by the other.
    const isResumed = !cleanStart && session?.version === version;
    if (cleanStart || (session && !isResumed)) await this.#forget(clientId);
    return isResumed;
  }

  /** It is in. */
  opened(clientId: string, version: number): void {
    this.#sessions.get(clientId)?.cancelEnd?.();
    this.#sessions.set(clientId, { version });
  }

  /** Its connection has ended; the session has so many seconds left. */
  closed(clientId: string, version: number, expirySeconds: number): void {
    // One that ends with its connection is not taken up by whoever comes next.
    if (expirySeconds === 0) this.#end(clientId);
    else {
      const cancelEnd = this.#later(expirySeconds * 1000, () => this.#end(clientId));
      this.#sessions.set(clientId, { version, cancelEnd });
    }
  }

  #end(clientId: string): void {
    this.#sessions.delete(clientId);
    const ending = this.#forget(clientId).then(() => void this.#endings.delete(clientId));
    this.#endings.set(clientId, ending);
  }
}
