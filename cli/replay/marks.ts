import { PutObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import pMap from "p-map";
import { arrivalHour } from "../../contract/arrival-hour";
import { PREFIX } from "../../contract/objects";
import { readText, type Unreadable } from "../../stores/read-object";

const CONCURRENT_OBJECTS = 16;

/**
 * Marks of replayed records: small objects under a prefix of their own. Tags on the originals would need the right to tag them, cannot
 * list the chosen records of an object, would be lost when the function writes the same key again, and do not exist in the stream and
 * the error log. Marks beside the originals would be read as data: `rejected/` is a table. So the originals stay unchanged, and a
 * replay needs s3:PutObject for `replayed/` only.
 */
export class Marks {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #now: () => number;
  /** Is called with a mark that cannot be read: its records are replayed again. */
  readonly #onUnreadable: (unreadable: Unreadable) => void;

  constructor(
    client: S3Client,
    bucket: string,
    now: () => number,
    onUnreadable: (unreadable: Unreadable) => void = () => {},
  ) {
    this.#client = client;
    this.#bucket = bucket;
    this.#now = now;
    this.#onUnreadable = onUnreadable;
  }

  /** Writes a mark of this name, below `replayed/`, with these lines. */
  async put(name: string, about: readonly object[]): Promise<void> {
    const lines = [{ replayedAt: new Date(this.#now()).toISOString() }, ...about];
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: `${PREFIX.replayed}${name}`,
        Body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
        ContentType: "application/x-ndjson",
      }),
    );
  }

  /** The names of the marks with this beginning, in their order. */
  async *names(beginning: string): AsyncGenerator<string> {
    const Prefix = `${PREFIX.replayed}${beginning}`;
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix },
    ))
      for (const { Key = "" } of Contents) yield Key.slice(PREFIX.replayed.length);
  }

  /** Marks records under the hour in which they first arrived, by their identities. */
  async putRecords(kind: string, at: number, ids: readonly string[], about: object): Promise<void> {
    // Some of the same records may have another mark, hence the time.
    const name = `${kind}/${arrivalHour(at)}/${ids[0]?.replaceAll(":", "-")}-${this.#now()}.jsonl`;
    await this.put(name, [about, ...ids.map((id) => ({ id }))]);
  }

  /** The identities of this kind's records that were replayed and arrived in these hours. */
  async replayedRecords(kind: string, { from, until }: { from: number; until: number }): Promise<Set<string>> {
    const last = until === Number.POSITIVE_INFINITY ? "~" : `${arrivalHour(until)}/~`;
    const names: string[] = [];
    for await (const name of this.names(`${kind}/`)) {
      const place = name.slice(kind.length + 1);
      if (place >= arrivalHour(from) && place <= last) names.push(name);
    }
    const found = await pMap(names, (name) => this.#idsIn(name), { concurrency: CONCURRENT_OBJECTS });
    return new Set(found.flat());
  }

  async #idsIn(name: string): Promise<string[]> {
    const Key = `${PREFIX.replayed}${name}`;
    const read = await readText(this.#client, this.#bucket, Key);
    if ("unreadable" in read) {
      this.#onUnreadable({ key: Key, why: read.unreadable });
      return [];
    }
    const lines = read.content.split("\n").filter((line) => line !== "");
    const marks = lines.map(markIn);
    const broken = marks.filter((mark) => mark === undefined).length;
    if (lines.length === 0) this.#onUnreadable({ key: Key, why: "it is empty" });
    else if (broken > 0) this.#onUnreadable({ key: Key, why: `${broken} of its ${lines.length} lines are not marks` });
    return marks.flatMap((mark) => (typeof mark?.id === "string" ? [mark.id] : []));
  }
}

function markIn(line: string): { readonly id?: unknown } | undefined {
  try {
    const mark: unknown = JSON.parse(line);
    return typeof mark === "object" && mark !== null ? mark : undefined;
  } catch {
    return undefined;
  }
}
