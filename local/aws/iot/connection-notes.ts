import { BoundedMemory } from "./bounded-memory";

/** What remembered notes may take: a client that takes a new name each time must not fill the memory. */
const REMEMBERED_BYTES = 4 * 1024 * 1024;
/** Characters of a client id, and of a reason, which may quote what the client sent: it must not flood the terminal. */
const MAX_SHOWN = 256;

/** Reports why connections are refused or closed, each reason once per client: clients retry forever. */
export class ConnectionNotes {
  readonly #note: (text: string) => void;
  readonly #said = new BoundedMemory<true>(REMEMBERED_BYTES);

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** @param clientId Undefined before the client has sent it. */
  refused(clientId: string | undefined, why: string): void {
    const who = clientId === undefined ? "a client" : `client ${JSON.stringify(shortened(clientId))}`;
    const text = `refused: ${who}: ${shortened(why)}`;
    if (this.#said.get(text)) return;
    this.#said.add(text, true);
    this.#note(text);
  }
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
