import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** Largest object that is read as text: the function writes objects of a tenth of it. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
/** Largest object that is read as bytes: the delivery's buffer holds 128 MB before Parquet compresses it. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Errors about one object, and not about the bucket or the reader's rights. */
const OF_ONE_OBJECT: Readonly<Record<string, string>> = {
  NoSuchKey: "it is gone since it was listed",
  NotFound: "it is gone since it was listed",
  InvalidObjectState: "it is archived in Glacier",
};

/** An object's content, or why it cannot be read. */
export type ObjectRead<Content> = { readonly content: Content } | { readonly unreadable: string };

/** An object that cannot be read, or a part of it. */
export interface Unreadable {
  readonly key: string;
  /** The reason, without the key. */
  readonly why: string;
}

/**
 * An object as text.
 * @throws Error where no object of the bucket could be read
 */
export function readText(client: S3Client, bucket: string, key: string): Promise<ObjectRead<string>> {
  return read(client, bucket, key, MAX_TEXT_BYTES, (body) => body.transformToString());
}

/**
 * An object as bytes.
 * @throws Error where no object of the bucket could be read
 */
export function readBytes(client: S3Client, bucket: string, key: string): Promise<ObjectRead<Uint8Array>> {
  return read(client, bucket, key, MAX_BYTES, (body) => body.transformToByteArray());
}

type Body = { transformToString(): Promise<string>; transformToByteArray(): Promise<Uint8Array>; destroy?: () => void };

async function read<Content>(
  client: S3Client,
  Bucket: string,
  Key: string,
  maxBytes: number,
  contentOf: (body: Body) => Promise<Content>,
): Promise<ObjectRead<Content>> {
  try {
    const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const body = Body as Body | undefined;
    if (ContentLength > maxBytes) {
      body?.destroy?.();
      return { unreadable: `it has ${ContentLength} bytes, more than any object of this system` };
    }
    return body === undefined ? { unreadable: "it is empty" } : { content: await contentOf(body) };
  } catch (error) {
    const why = error instanceof Error ? OF_ONE_OBJECT[error.name] : undefined;
    if (why === undefined) throw error;
    return { unreadable: why };
  }
}
