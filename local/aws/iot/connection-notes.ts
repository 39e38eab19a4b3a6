/** Names that are remembered, so that a client with a new name each time does not fill the memory. */
const REMEMBERED = 10_000;

/** Says why connections are refused or closed: each reason once a client, because a client tries again for ever. */
export class ConnectionNotes {
  readonly #note: (text: string) => void;
  readonly #said = new Set<string>();

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** `clientId` is undefined where the client has not said who it is. */
  refused(clientId: string | undefined, why: string): void {
    const who = clientId === undefined ? "a client" : `client ${JSON.stringify(clientId)}`;
    const text = `refused: ${who}: ${why}`;
    if (this.#said.has(text)) return;
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.add(text);
    this.#note(text);
  }
}
