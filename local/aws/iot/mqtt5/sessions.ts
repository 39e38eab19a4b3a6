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

/** A session as its connection leaves it. */
export interface Session {
  /** Of MQTT: 4 is 3.1.1. */
  readonly version: number;
  /** How long it outlives the connection. */
  readonly expirySeconds: number;
  /** The packet identifiers of the publishes that its client was sent, and has not acknowledged. */
  readonly unacknowledged: ReadonlySet<number>;
}

interface Kept extends Omit<Session, "expirySeconds"> {
  readonly cancelEnd?: () => void;
}

/** Ends sessions when AWS IoT does: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-persistent-sessions */
export class Sessions {
  /** Forgets what the broker keeps of a client's session. */
  readonly #forget: (clientId: string) => Promise<void>;
  /** Calls `then` after a while, and returns how to prevent it. */
  readonly #later: (ms: number, then: () => void) => () => void;
  readonly #sessions = new Map<string, Kept>();
  /** Sessions that are being forgotten. */
  readonly #endings = new Map<string, Promise<void>>();

  constructor(forget: (clientId: string) => Promise<void>, later: (ms: number, then: () => void) => () => void) {
    this.#forget = forget;
    this.#later = later;
  }

  /**
   * A client is about to be let in. Resolves with what it has not acknowledged of the session that it resumes, undefined where it
   * resumes none; what it may not resume is gone then.
   */
  async begin(clientId: string, version: number, cleanStart: boolean): Promise<ReadonlySet<number> | undefined> {
    await this.#endings.get(clientId);
    const session = this.#sessions.get(clientId);
    // A session of one version is not resumed by the other.
    const isResumed = !cleanStart && session?.version === version;
    if (cleanStart || (session && !isResumed)) await this.#forget(clientId);
    return isResumed ? session.unacknowledged : undefined;
  }

  /** It is in. */
  opened(clientId: string, version: number): void {
    this.#sessions.get(clientId)?.cancelEnd?.();
    this.#sessions.set(clientId, { version, unacknowledged: new Set() });
  }

  /** Its connection has ended. */
  closed(clientId: string, { version, expirySeconds, unacknowledged }: Session): void {
    // One that ends with its connection is not taken up by whoever comes next.
    if (expirySeconds === 0) this.#end(clientId);
    else {
      const cancelEnd = this.#later(expirySeconds * 1000, () => this.#end(clientId));
      this.#sessions.set(clientId, { version, unacknowledged, cancelEnd });
    }
  }

  #end(clientId: string): void {
    this.#sessions.delete(clientId);
    const ending = this.#forget(clientId).then(() => void this.#endings.delete(clientId));
    this.#endings.set(clientId, ending);
  }
}
