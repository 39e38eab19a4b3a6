import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../contract/objects";
import { readBytes } from "./read-object";

/** Prefixes of the archive bucket that SQL reads. */
export const COPIED = [PREFIX.readings, PREFIX.rejected];

/** The key of an object that SQL reads. Any other key is foreign, and could lead out of the folder. */
const OBJECT = /^[a-z]+\/\d{4}\/\d\d\/\d\d\/\d\d\/[^/\\]+\.(parquet|jsonl)$/;

/**
 * Copies the objects that SQL reads into the folder, under their keys, and resolves with their number.
 * @throws Error where the bucket cannot be read; the signal's reason
 */
export async function copyArchive(
  client: S3Client,
  bucket: string,
  folder: string,
  signal?: AbortSignal,
): Promise<number> {
  let count = 0;
  for (const Prefix of COPIED) {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
      for (const { Key = "" } of page.Contents ?? []) {
        signal?.throwIfAborted();
        if (!OBJECT.test(Key)) continue;
        const read = await readBytes(client, bucket, Key);
        if ("unreadable" in read) continue;
        const file = path.join(folder, Key);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, read.content);
        count += 1;
      }
    }
  }
  return count;
}
