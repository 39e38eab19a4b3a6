import type { EvidenceTable } from "./evidence-table";

/** A map in the memory of bounded size: its oldest entries lie in a table on disk. What `get` returns may be changed in place until the next call. */
export class SpilledMap<V> {
  readonly #table: EvidenceTable<V>;
  readonly #kept: number;
  readonly #newest = new Map<string, V>();

  /** @param kept Entries that stay in memory, at least. */
  constructor(table: EvidenceTable<V>, kept = 10_000) {
    this.#table = table;
    this.#kept = kept;
  }

  has(id: string): boolean {
    return this.#newest.has(id) || this.#table.get(id) !== undefined;
  }

  get(id: string): V | undefined {
    const known = this.#newest.get(id);
    if (known !== undefined) return known;
    const stored = this.#table.get(id);
    // What may be changed has to be written again.
    if (stored !== undefined) this.set(id, stored);
    return stored;
  }

  set(id: string, value: V): void {
    this.#newest.set(id, value);
    if (this.#newest.size > 2 * this.#kept) this.#spill(this.#kept);
  }

  /** Writes every entry to the table. */
  flush(): void {
    this.#spill(this.#newest.size);
  }

  #spill(count: number): void {
    let left = count;
    for (const [id, value] of this.#newest) {
      if (left === 0) return;
      left -= 1;
      this.#table.put(id, value);
      this.#newest.delete(id);
    }
  }
}
