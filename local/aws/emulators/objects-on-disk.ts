import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

/** An object as the emulator's store has it. */
export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Bytes. */
  readonly contentLength: number;
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which names a page of a listing holds: those after `startAfter`, or `marker`. */
export interface ListingOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly maxKeys?: number;
  readonly startAfter?: string;
  readonly marker?: string;
}

/** A page of a listing. */
export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
}

/** The emulator's store, as far as it matters here: it has a `Map` of objects for each bucket. */
export interface ObjectStore {
  readonly buckets: Map<string, ObjectsOnDisk>;
  createBucket(bucket: string): void;
  listObjects(bucket: string, options?: ListingOptions): Listing;
}

/** Names in a page at most, and where the client does not say: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const PAGE = 1000;
/** Only the emulator reads the file, and only while it is up: nothing waits for the disk. */
const TABLE = `
  PRAGMA journal_mode = MEMORY;
  PRAGMA synchronous = OFF;
  PRAGMA locking_mode = EXCLUSIVE;
  CREATE TABLE objects (bucket TEXT, key TEXT, about TEXT, body BLOB, PRIMARY KEY (bucket, key));
`;

/**
 * Lets the emulator's store keep its objects in this file: in memory, those of a long run would grow without end, and each page of a
 * listing would sort all of them.
 */
export function keepObjectsIn(file: string, store: ObjectStore): void {
  const database = new DatabaseSync(file);
  database.exec(TABLE);
  const { createBucket, listObjects } = store;
  store.createBucket = (bucket) => {
    if (store.buckets.has(bucket)) return;
    createBucket.call(store, bucket);
    store.buckets.set(bucket, new ObjectsOnDisk(database, bucket));
  };
  store.listObjects = (bucket, options = {}) =>
    // Of a bucket that is not there, the store says so itself.
    store.buckets.get(bucket)?.page(options) ?? listObjects.call(store, bucket, options);
}

/** The objects of a bucket, with what the emulator's store asks of a `Map`. */
class ObjectsOnDisk {
  readonly #bucket: string;
  readonly #statements;

  constructor(database: DatabaseSync, bucket: string) {
    this.#bucket = bucket;
    this.#statements = {
      size: database.prepare("SELECT count(*) AS size FROM objects WHERE bucket = ?"),
      get: database.prepare("SELECT about FROM objects WHERE bucket = ? AND key = ?"),
      body: database.prepare("SELECT body FROM objects WHERE bucket = ? AND key = ?"),
      set: database.prepare("REPLACE INTO objects (bucket, key, about, body) VALUES (?, ?, ?, ?)"),
      delete: database.prepare("DELETE FROM objects WHERE bucket = ? AND key = ?"),
      clear: database.prepare("DELETE FROM objects WHERE bucket = ?"),
      after: database.prepare("SELECT key, about FROM objects WHERE bucket = ? AND key >= ? AND key > ? ORDER BY key"),
    };
  }

  get size(): number {
    return Number(this.#statements.size.get(this.#bucket)?.size);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get(key: string): StoredObject | undefined {
    const row = this.#statements.get.get(this.#bucket, key);
    return row && this.#object(key, row.about);
  }

  set(key: string, { body, contentType, contentLength, etag, lastModified, metadata }: StoredObject): void {
    const about = JSON.stringify({ contentType, contentLength, etag, lastModified, metadata });
    this.#statements.set.run(this.#bucket, key, about, body);
  }

  delete(key: string): void {
    this.#statements.delete.run(this.#bucket, key);
  }

  clear(): void {
    this.#statements.clear.run(this.#bucket);
  }

  /**
   * A page of the listing, in the order of S3: that of the names' bytes in UTF-8. The emulator lets a client continue after the page's last
   * object, or its last common prefix where it has no object: what would come again is left to the next page.
   */
  page({ prefix = "", delimiter = "", maxKeys = PAGE, startAfter, marker }: ListingOptions): Listing {
    // Nothing follows a page that is to be empty.
    if (maxKeys === 0) return { objects: [], commonPrefixes: [], isTruncated: false };
    const after = startAfter ?? marker ?? "";
    const objects: StoredObject[] = [];
    const common = new Set<string>();
    let commonBefore = 0;
    for (const { key, about } of this.#statements.after.iterate(this.#bucket, prefix, after)) {
      const name = String(key);
      if (!name.startsWith(prefix)) break;
      const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
      const folder = end < 0 ? undefined : name.slice(0, end + delimiter.length);
      // The client has it already, from this page or the one before.
      if (folder !== undefined && (common.has(folder) || after.startsWith(folder))) continue;
      if (objects.length + common.size >= maxKeys) {
        const commonPrefixes = [...common].slice(0, objects.length > 0 ? commonBefore : undefined);
        return { objects, commonPrefixes, isTruncated: true };
      }
      if (folder !== undefined) common.add(folder);
      else {
        objects.push(this.#object(name, about));
        commonBefore = common.size;
      }
    }
    return { objects, commonPrefixes: [...common], isTruncated: false };
  }

  /** Its body is read when it is asked for: a listing has no use for it. */
  #object(key: string, about: SQLOutputValue | undefined): StoredObject {
    const { lastModified, ...rest } = JSON.parse(String(about));
    const body = () => Buffer.from(this.#statements.body.get(this.#bucket, key)?.body as Uint8Array);
    return {
      key,
      ...rest,
      lastModified: new Date(lastModified),
      get body() {
        return body();
      },
    };
  }
}
