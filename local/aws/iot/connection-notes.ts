/** Notes that are remembered: a client that takes a new name each time must not fill the memory. */
const REMEMBERED = 10_000;

/** Reports why connections are refused or closed, each reason once per client: clients retry forever. */
export class ConnectionNotes {
  readonly #note: (text: string) => void;
  readonly #said = new Set<string>();

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** @param clientId Undefined before the client has sent it. */
  refused(clientId: string | undefined, why: string): void {
    const who = clientId === undefined ? "a client" : `client ${JSON.stringify(clientId)}`;
    const text = `refused: ${who}: ${why}`;
    if (this.#said.has(text)) return;
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.add(text);
    this.#note(text);
  }
}
