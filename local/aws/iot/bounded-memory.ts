/** Bytes of an entry beside its text, an estimate. */
const ENTRY_BYTES = 64;

/** Values by texts that clients choose, in bounded memory: when the entries take too much, all are forgotten. */
export class BoundedMemory<V> {
  readonly #maxBytes: number;
  readonly #values = new Map<string, V>();
  #bytes = 0;

  /** @param maxBytes What the entries may take together, an estimate. An entry that takes more than that alone is not kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(text: string): V | undefined {
    return this.#values.get(text);
  }

  /** Remembers the value of a text that has none. */
  add(text: string, value: V): void {
    this.#bytes += bytesOf(text);
    this.#values.set(text, value);
    if (this.#bytes > this.#maxBytes) this.#forget();
  }

  #forget(): void {
    this.#values.clear();
    this.#bytes = 0;
  }
}

/** Two bytes a character, which is what a text takes that is not all Latin-1. */
function bytesOf(text: string): number {
  return 2 * text.length + ENTRY_BYTES;
}
