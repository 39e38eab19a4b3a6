import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { Shortcut } from "./shortcut";

/** An object to be. */
export interface NewObject {
  readonly key: string;
  readonly body: Buffer | string;
  readonly contentType: string;
}

/** Puts objects into a bucket. */
export class ObjectPut {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #shortcut: Shortcut;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#shortcut = new Shortcut(client, (request, input) => {
      const end = pathOf((input as { Key: string }).Key);
      const isAtEnd = request.path.endsWith(end);
      if (isAtEnd) request.path = request.path.slice(0, -end.length);
      return isAtEnd;
    });
  }

  /** The SDK's call, with its retries and its errors. */
  async send({ key, body, contentType }: NewObject, signal: AbortSignal): Promise<void> {
    const input = { Bucket: this.#bucket, Key: key, Body: body, ContentType: contentType };
    await this.#client.send(new PutObjectCommand(input), { abortSignal: signal });
  }

  /** One attempt by the shortcut, where it is open. Its errors say that it failed, not why. */
  async attempt(object: NewObject, signal: AbortSignal): Promise<void> {
    const request = this.#shortcut.request();
    if (request === undefined) return this.send(object, signal);
    request.path += pathOf(object.key);
    request.headers["content-type"] = object.contentType;
    await this.#shortcut.send(request, Buffer.from(object.body), signal);
  }
}

/** A key in a path: percent-encoded but for letters, digits, `-_.~` and the slashes. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function pathOf(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
