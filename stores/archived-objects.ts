import { type _Object as ListedObject, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { ARRIVAL_HOUR_FORMAT } from "../contract/arrival-hour";
import { PREFIX } from "../contract/objects";

/** The Glacier classes that the lifecycle moves objects to. */
export const GLACIER_CLASSES = ["GLACIER", "DEEP_ARCHIVE"] as const;
/** A storage class whose objects must be restored before they can be read. */
export type GlacierClass = (typeof GLACIER_CLASSES)[number];

/** An object of the archive, and whether it can be read. */
export interface ArchivedObject {
  readonly key: string;
  readonly bytes: number;
  /** Its Glacier class; undefined where it can always be read. */
  readonly glacier: GlacierClass | undefined;
  /** A copy that can be read is there, or on its way; what has always been readable is ready. */
  readonly state: "ready" | "under way" | "archived";
  /** When the copy goes again. */
  readonly readyUntil: Date | undefined;
}

/**
 * The archive's objects of these hours, in their order.
 * @param first The first hour of arrival, `yyyy/MM/dd/HH`.
 * @param last The last one.
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
      // A key sorts by its hour; "/" is what follows an hour, so that nothing of the first is passed over.
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
