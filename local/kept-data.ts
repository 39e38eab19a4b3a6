import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../lambda/contract";

/** What SQL reads of the archive bucket. */
const KEPT = [PREFIX.readings, PREFIX.rejected];

/**
 * Removes what earlier runs have kept in this folder.
 * @throws Error where the folder holds something else: it may be another one than was meant.
 */
export async function clearKept(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const own = KEPT.map((prefix) => prefix.slice(0, -1));
  const foreign = (await readdir(folder)).filter((name) => !own.includes(name));
  if (foreign.length > 0)
    throw new Error(`"--clear" empties a folder of kept data only; "${folder}" also holds "${foreign[0]}"`);
  for (const name of own) await rm(path.join(folder, name), { recursive: true, force: true });
}

/** Copies the archive's objects into the folder, under their keys, and resolves with their number. */
export async function keepData(client: S3Client, bucket: string, folder: string): Promise<number> {
  let count = 0;
  for (const Prefix of KEPT) {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
      for (const { Key = "" } of page.Contents ?? []) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        const file = path.join(folder, Key);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, (await Body?.transformToByteArray()) ?? "");
        count += 1;
      }
    }
  }
  return count;
}
