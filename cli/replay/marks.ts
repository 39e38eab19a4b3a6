import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../../lambda/contract";

/**
 * What was replayed, as small objects under a prefix of their own. Tags on the originals would need the right to tag them, hold no
 * list of the records of an object that were chosen, would go with the version where the function writes the same key once more, and
 * the stream and the error log take none. Beside the originals marks would be read as such: `rejected/` is a table. What is
 * replayed stays as it is, and whoever replays needs s3:PutObject for `replayed/` alone.
 */
export class Marks {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly now: () => number,
  ) {}

  /** Marks under this name, below `replayed/`; `about` says what. */
  async put(name: string, about: readonly object[]): Promise<void> {
    const lines = [{ replayedAt: new Date(this.now()).toISOString() }, ...about];
    await this.client.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: `${PREFIX.replayed}${name}`,
        Body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
        ContentType: "application/x-ndjson",
      }),
    );
  }

  /** The names of the marks that begin so, in their order. */
  async *names(beginning: string): AsyncGenerator<string> {
    const Prefix = `${PREFIX.replayed}${beginning}`;
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: this.client },
      { Bucket: this.bucket, Prefix },
    ))
      for (const { Key = "" } of Contents) yield Key.slice(PREFIX.replayed.length);
  }

  /** The identities that the marks of this beginning list. */
  async identities(beginning: string): Promise<Set<string>> {
    const found = new Set<string>();
    for await (const name of this.names(beginning)) {
      const Key = `${PREFIX.replayed}${name}`;
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key }));
      for (const line of ((await Body?.transformToString()) ?? "").split("\n")) {
        const id = line === "" ? undefined : (JSON.parse(line) as { id?: string }).id;
        if (id !== undefined) found.add(id);
      }
    }
    return found;
  }
}
