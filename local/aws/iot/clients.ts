import type { Client } from "aedes";

/** How long the broker may still let in a client that is gone. */
const LEAVING_MS = 100;

interface Presence {
  readonly client: Client;
  readonly whenGone: Promise<void>;
  readonly gone: () => void;
}

/**
 * The clients that are in: of those with one client id, the one that came last. aedes alone loses track where several come at once, or
 * one comes while another goes.
 */
export class Clients implements Iterable<Client> {
  readonly #present = new Map<string, Presence>();
  /** Of each client id that somebody comes with: resolves when the last of them is in, or gone. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #endTurn = new WeakMap<Client, () => void>();

  /**
   * Resolves when `client` may be let in: nobody else with its id is in, or on the way.
   * @param onTakeOver Is called before the one that is in is closed.
   */
  async turnOf(client: Client, onTakeOver: (older: Client) => void): Promise<void> {
    const { id } = client;
    const { promise: turn, resolve: endTurn } = Promise.withResolvers<void>();
    const before = this.#queues.get(id);
    const queue = (before ?? Promise.resolve()).then(() => turn);
    this.#queues.set(id, queue);
    void queue.then(() => this.#queues.get(id) === queue && this.#queues.delete(id));
    this.#endTurn.set(client, endTurn);
    client.conn.once("close", () => setTimeout(endTurn, LEAVING_MS).unref());
    await before;
    const older = this.#present.get(id);
    if (older === undefined) return;
    if (!older.client.closed) onTakeOver(older.client);
    older.client.close();
    await older.whenGone;
  }

  /** It is in. */
  opened(client: Client): void {
    const { promise: whenGone, resolve: gone } = Promise.withResolvers<void>();
    this.#present.set(client.id, { client, whenGone, gone });
    this.#endTurn.get(client)?.();
  }

  /** It is gone. */
  closed(client: Client): void {
    const presence = this.#present.get(client.id);
    if (presence?.client !== client) return;
    this.#present.delete(client.id);
    presence.gone();
  }

  *[Symbol.iterator](): Generator<Client> {
    for (const { client } of this.#present.values()) yield client;
  }
}
