import { type _Object as ListedObject, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { ARRIVAL_HOUR_FORMAT } from "../contract/arrival-hour";
import { PREFIX } from "../contract/objects";

/** The Glacier classes that the lifecycle moves objects to. */
export const GLACIER_CLASSES = ["GLACIER", "DEEP_ARCHIVE"] as const;
/** One of `GLACIER_CLASSES`. */
export type GlacierClass = (typeof GLACIER_CLASSES)[number];

/** An object of the archive, and whether it can be read. */
export interface ArchivedObject {
  readonly key: string;
  readonly bytes: number;
  /** The object's Glacier class; undefined where it can always be read. */
  readonly glacier: GlacierClass | undefined;
  /** "ready" where the object or a copy can be read, "under way" where a copy is requested. */
  readonly state: "ready" | "under way" | "archived";
  /** When the copy expires; undefined where there is none. */
  readonly readyUntil: Date | undefined;
}

/**
 * The archive's objects of these hours, in the order of their keys.
 * @param first The first hour of arrival, `yyyy/MM/dd/HH`.
 * @param last The last hour of arrival, itself included.
 * @throws Error where the bucket cannot be listed
 */
export async function archivedObjects(
  client: S3Client,
  bucket: string,
  first: string,
  last: string,
): Promise<ArchivedObject[]> {
  const found: ArchivedObject[] = [];
  const pages = paginateListObjectsV2(
    { client },
    {
      Bucket: bucket,
      Prefix: PREFIX.readings,
      // Keys sort by their hour, and "/" follows it: no object of the first hour is skipped.
      StartAfter: `${PREFIX.readings}${first}/`,
      OptionalObjectAttributes: ["RestoreStatus"],
    },
  );
  for await (const { Contents = [] } of pages) {
    for (const object of Contents) {
      if (hourOf(object) > last) return found;
      found.push(archivedObject(object));
    }
  }
  return found;
}

function archivedObject({ Key = "", Size = 0, StorageClass, RestoreStatus }: ListedObject): ArchivedObject {
  const glacier = GLACIER_CLASSES.find((name) => name === StorageClass);
  const readyUntil = RestoreStatus?.RestoreExpiryDate;
  const isReady = glacier === undefined || readyUntil !== undefined;
  const state = isReady ? "ready" : RestoreStatus?.IsRestoreInProgress ? "under way" : "archived";
  return { key: Key, bytes: Size, glacier, state, readyUntil };
}

function hourOf({ Key = "" }: ListedObject): string {
  return Key.slice(PREFIX.readings.length, PREFIX.readings.length + ARRIVAL_HOUR_FORMAT.length);
}
