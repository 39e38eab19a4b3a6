import type { DatabaseSync, StatementSync } from "node:sqlite";

/** A table of values by their id. */
export class EvidenceTable<V> {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #onFailed: (error: unknown) => void;
  readonly #revive: (value: V) => V;
  #puts = 0;

  /**
   * @param onFailed Is called where the disk fails; the caller goes on.
   * @param revive Makes a value of what JSON leaves of it.
   */
  constructor(
    database: DatabaseSync,
    name: string,
    onFailed: (error: unknown) => void,
    revive: (value: V) => V = (value) => value,
  ) {
    database.exec(`CREATE TABLE ${name} (place INTEGER PRIMARY KEY, id TEXT UNIQUE, value TEXT, part INTEGER)`);
    this.#database = database;
    this.#name = name;
    this.#put = database.prepare(
      `INSERT INTO ${name} (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value`,
    );
    this.#get = database.prepare(`SELECT value FROM ${name} WHERE id = ?`);
    this.#onFailed = onFailed;
    this.#revive = revive;
  }

  /** How many values were put, those that came again included. */
  get puts(): number {
    return this.#puts;
  }

  get(id: string): V | undefined {
    if (this.#puts === 0) return undefined;
    const row = this.#tried(() => this.#get.get(id));
    return row && this.#revive(JSON.parse(String(row.value)));
  }

  /** A value that is there already keeps its place. */
  put(id: string, value: V): void {
    this.#puts += 1;
    this.#tried(() => this.#put.run(id, JSON.stringify(value)));
  }

  /** The values of a part, in the order in which they came. */
  ofPart(part: number): Map<string, V> {
    const found = new Map<string, V>();
    const rows = this.#database.prepare(`SELECT id, value FROM ${this.#name} WHERE part = ? ORDER BY place`);
    for (const { id, value } of rows.iterate(part)) found.set(String(id), this.#revive(JSON.parse(String(value))));
    return found;
  }

  #tried<R>(statement: () => R): R | undefined {
    try {
      return statement();
    } catch (error) {
      this.#onFailed(error);
      return undefined;
    }
  }
}
