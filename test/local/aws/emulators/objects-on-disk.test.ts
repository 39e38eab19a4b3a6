import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { keepObjectsIn, type ObjectStore, type StoredObject } from "../../../../local/aws/emulators/objects-on-disk";

const folder = mkdtempSync(path.join(tmpdir(), "objects-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let stores = 0;
/** A store as the emulator's is, with its objects on disk. */
function newStore(): ObjectStore {
  const buckets: ObjectStore["buckets"] = new Map();
  const store: ObjectStore = {
    buckets,
    createBucket: (bucket) => void buckets.set(bucket, new Map() as never),
    listObjects: (bucket) => {
      throw new Error(`The specified bucket does not exist: ${bucket}`);
    },
  };
  stores += 1;
  keepObjectsIn(path.join(folder, `${stores}.sqlite`), store);
  return store;
}

function bucketOf(store: ObjectStore, bucket: string) {
  store.createBucket(bucket);
  const objects = store.buckets.get(bucket);
  if (objects === undefined) throw new Error(bucket);
  return objects;
}

function object(key: string, text = key): StoredObject {
  const body = Buffer.from(text);
  const about = { contentType: "text/plain", etag: `"${text.length}"`, lastModified: new Date(1764400000123) };
  return { key, body, contentLength: body.length, ...about, metadata: { "written-by": "tester é" } };
}

/** Names with folders, and with characters whose order in UTF-16 is not that of their bytes. */
const KEY = fc
  .array(fc.constantFrom("a", "b", "/", "é", "\u{1F321}", "\uFF5E"), { minLength: 1, maxLength: 5 })
  .map((characters) => characters.join(""));

/** The names of a bucket page by page, as the emulator lets a client go through them. */
function* pages(store: ObjectStore, options: { prefix: string; delimiter: string; maxKeys: number }) {
  for (let startAfter = ""; ; ) {
    const { objects, commonPrefixes, isTruncated } = store.listObjects("b", { ...options, startAfter });
    yield [...objects.map(({ key }) => key), ...commonPrefixes].sort(byBytes);
    if (!isTruncated) return;
    startAfter = (objects.at(-1)?.key ?? commonPrefixes.at(-1)) || "";
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe("keepObjectsIn", () => {
  it("is a map of the objects of each bucket", () => {
    const change = fc.record({ bucket: fc.constantFrom("b", "c"), key: KEY, text: fc.option(fc.string()) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), KEY, (changes, asked) => {
        const store = newStore();
        const maps = { b: new Map<string, StoredObject>(), c: new Map<string, StoredObject>() };
        const onDisk = { b: bucketOf(store, "b"), c: bucketOf(store, "c") };
        for (const { bucket, key, text } of changes)
          for (const objects of [maps[bucket], onDisk[bucket]])
            if (text === null) objects.delete(key);
            else objects.set(key, object(key, text));
        for (const bucket of ["b", "c"] as const) {
          expect(onDisk[bucket].size).toBe(maps[bucket].size);
          expect(onDisk[bucket].has(asked)).toBe(maps[bucket].has(asked));
          expect(onDisk[bucket].get(asked)).toEqual(maps[bucket].get(asked));
          for (const [key, stored] of maps[bucket]) expect(onDisk[bucket].get(key)).toEqual(stored);
        }
        onDisk.b.clear();
        expect([onDisk.b.size, onDisk.c.size]).toEqual([0, maps.c.size]);
      }),
      { numRuns: 50 },
    );
  });

  it("lists each name once, in the order of its bytes, whatever the pages", () => {
    const options = fc.record({
      prefix: fc.constantFrom("", "a", "a/", "é"),
      delimiter: fc.constantFrom("", "/", "b/"),
      maxKeys: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(KEY, { maxLength: 20 }), options, (keys, { prefix, delimiter, maxKeys }) => {
        const store = newStore();
        const objects = bucketOf(store, "b");
        for (const key of keys) objects.set(key, object(key));
        const names = keys
          .filter((key) => key.startsWith(prefix))
          .map((key) => {
            const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
            return end < 0 ? key : key.slice(0, end + delimiter.length);
          });
        const listed = [...pages(store, { prefix, delimiter, maxKeys })];
        expect(listed.flat()).toEqual([...new Set(names)].sort(byBytes));
        expect(Math.max(...listed.map(({ length }) => length))).toBeLessThanOrEqual(maxKeys);
      }),
      { numRuns: 200 },
    );
  });

  it("has nothing behind an empty page", () => {
    const store = newStore();
    bucketOf(store, "b").set("a", object("a"));
    expect(store.listObjects("b", { maxKeys: 0 })).toEqual({ objects: [], commonPrefixes: [], isTruncated: false });
  });

  it("leaves a bucket that is there as it is, and one that is not there to the store", () => {
    const store = newStore();
    bucketOf(store, "b").set("a", object("a"));
    expect(bucketOf(store, "b").get("a")?.body.toString()).toBe("a");
    expect(() => store.listObjects("c")).toThrow("The specified bucket does not exist: c");
  });
});
