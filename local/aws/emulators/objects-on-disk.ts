import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Bytes from which a body lies on disk. */
const LARGE = 16 * 1024;

/** An object of the emulator's store, as far as it matters here. */
interface StoredObject {
  body: Uint8Array;
}

/** What adds objects to the emulator's store. */
export interface ObjectStore {
  putObject(...args: never[]): StoredObject;
  completeMultipartUpload(...args: never[]): StoredObject;
}

/**
 * Lets the emulator's store keep large bodies in files of this folder: in memory, the archive of a long run would grow without end. They
 * are read when they are asked for.
 */
export function keepLargeObjectsIn(folder: string, store: ObjectStore): void {
  mkdirSync(folder, { recursive: true });
  let files = 0;
  const moved = (object: StoredObject): StoredObject => {
    if (object.body.length < LARGE) return object;
    files += 1;
    const file = path.join(folder, String(files));
    writeFileSync(file, object.body);
    return Object.defineProperty(object, "body", { get: () => readFileSync(file) });
  };
  for (const name of ["putObject", "completeMultipartUpload"] as const) {
    const add = store[name].bind(store);
    store[name] = (...args) => moved(add(...args));
  }
}
