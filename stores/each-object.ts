import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import pMap from "p-map";
import { wordsOf } from "../contract/error-words";
import { readBytes, type Unreadable } from "./read-object";

const CONCURRENT_OBJECTS = 16;

/**
 * Reads every object under a prefix. An object that cannot be read is reported and skipped, so that a run ends with its summary
 * whatever the bucket holds. Never rejects.
 * @param take Resolves with what it could not read of an object, if anything.
 */
export async function eachObject(
  client: S3Client,
  bucket: string,
  prefix: string,
  onUnreadable: (unreadable: Unreadable) => void,
  take: (body: Uint8Array) => Promise<string | undefined>,
): Promise<void> {
  const keys: string[] = [];
  try {
    // A key with this ending is a folder of the S3 console.
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
      for (const { Key = "" } of page.Contents ?? []) if (!Key.endsWith("/")) keys.push(Key);
  } catch (error) {
    onUnreadable({ key: prefix, why: `the bucket "${bucket}" does not list it: ${wordsOf(error)}` });
  }
  const readOne = async (key: string): Promise<string | undefined> => {
    try {
      const read = await readBytes(client, bucket, key);
      if ("unreadable" in read) return read.unreadable;
      return read.content.length === 0 ? "it is empty" : await take(read.content);
    } catch (error) {
      return wordsOf(error);
    }
  };
  await pMap(
    keys,
    async (key) => {
      const why = await readOne(key);
      if (why !== undefined) onUnreadable({ key, why });
    },
    { concurrency: CONCURRENT_OBJECTS },
  );
}
