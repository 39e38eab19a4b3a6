import { closeSync, globSync, openSync, readSync, statSync } from "node:fs";

/** The bytes at both ends of a Parquet file: https://parquet.apache.org/docs/file-format/ */
const MAGIC = "PAR1";

/** The files of this pattern that SQL can read, and those that it cannot: empty ones, and truncated or foreign Parquet files. */
export function readableFiles(pattern: string): {
  readonly readable: readonly string[];
  readonly unreadable: readonly string[];
} {
  const files = globSync(pattern).sort();
  const isReadable = (file: string) => (file.endsWith(".parquet") ? isParquet(file) : statSync(file).size > 0);
  return { readable: files.filter(isReadable), unreadable: files.filter((file) => !isReadable(file)) };
}

function isParquet(file: string): boolean {
  const { size } = statSync(file);
  if (size < 2 * MAGIC.length) return false;
  const descriptor = openSync(file, "r");
  try {
    return [0, size - MAGIC.length].every((at) => {
      const bytes = Buffer.alloc(MAGIC.length);
      readSync(descriptor, bytes, 0, MAGIC.length, at);
      return bytes.toString("latin1") === MAGIC;
    });
  } finally {
    closeSync(descriptor);
  }
}
