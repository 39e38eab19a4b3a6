import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../../lambda/contract";

/** What SQL reads of the archive bucket. */
export const COPIED = [PREFIX.readings, PREFIX.rejected];

/** Copies the objects that SQL reads into the folder, under their keys, and resolves with their number. */
export async function copyArchive(client: S3Client, bucket: string, folder: string): Promise<number> {
  let count = 0;
  for (const Prefix of COPIED) {
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
