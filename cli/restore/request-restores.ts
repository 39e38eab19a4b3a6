import { RestoreObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { ArchivedObject } from "../../stores/archived-objects";
import { TIERS, type TierName } from "./estimate";

const CONCURRENT_REQUESTS = 16;

/** The outcome of the requests, in objects. */
export interface Requested {
  readonly accepted: number;
  /** By S3's message. */
  readonly refused: ReadonlyMap<string, number>;
}

/**
 * Requests a copy of each object that can be read for some days. An object that has been requested before counts as accepted.
 * @param onProgress Is called with the number of requests that are done.
 * @throws Error with the signal's reason
 */
export async function requestRestores(
  client: S3Client,
  bucket: string,
  objects: readonly ArchivedObject[],
  { tier, days }: { readonly tier: TierName; readonly days: number },
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<Requested> {
  const refused = new Map<string, number>();
  let [done, accepted] = [0, 0];
  await pMap(
    objects,
    async ({ key }) => {
      const why = await request(key);
      if (why === undefined) accepted += 1;
      else refused.set(why, (refused.get(why) ?? 0) + 1);
      onProgress(++done);
    },
    { concurrency: CONCURRENT_REQUESTS, signal },
  );
  return { accepted, refused };

  async function request(Key: string): Promise<string | undefined> {
    const RestoreRequest = { Days: days, GlacierJobParameters: { Tier: TIERS[tier] } };
    try {
      await client.send(new RestoreObjectCommand({ Bucket: bucket, Key, RestoreRequest }));
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === "RestoreAlreadyInProgress") return undefined;
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    return undefined;
  }
}
