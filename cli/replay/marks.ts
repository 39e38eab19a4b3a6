import { PutObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { arrivalHour } from "../../contract/arrival-hour";
import { PREFIX } from "../../contract/objects";
import { readText, type Unreadable } from "../../stores/read-object";

const OBJECTS_AT_ONCE = 16;

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
    /** Hears of a mark that cannot be read: what it names is replayed once more. */
    private readonly onUnreadable: (unreadable: Unreadable) => void = () => {},
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

  /** Notes records under the hour in which they first arrived, by their identities. */
  async putRecords(kind: string, at: number, ids: readonly string[], about: object): Promise<void> {
    // A part of the same records may have a mark of its own, hence the time.
    const name = `${kind}/${arrivalHour(at)}/${ids[0]?.replaceAll(":", "-")}-${this.now()}.jsonl`;
    await this.put(name, [about, ...ids.map((id) => ({ id }))]);
  }

  /** The identities of this kind's records that were replayed and arrived in these hours. */
  async replayedRecords(kind: string, { from, until }: { from: number; until: number }): Promise<Set<string>> {
    const found = new Set<string>();
    const last = until === Number.POSITIVE_INFINITY ? "~" : `${arrivalHour(until)}/~`;
    let names: string[] = [];
    const read = async () => {
      for (const ids of await Promise.all(names.map((name) => this.#idsIn(name)))) for (const id of ids) found.add(id);
      names = [];
    };
    for await (const name of this.names(`${kind}/`)) {
      const place = name.slice(kind.length + 1);
      if (place < arrivalHour(from) || place > last) continue;
      names.push(name);
      if (names.length === OBJECTS_AT_ONCE) await read();
    }
    await read();
    return found;
  }

  async #idsIn(name: string): Promise<string[]> {
    const Key = `${PREFIX.replayed}${name}`;
    const read = await readText(this.client, this.bucket, Key);
    if ("unreadable" in read) {
      this.onUnreadable({ key: Key, why: read.unreadable });
      return [];
    }
    const lines = read.content.split("\n").filter((line) => line !== "");
    const marks = lines.map(markIn);
    const others = marks.filter((mark) => mark === undefined).length;
    if (lines.length === 0) this.onUnreadable({ key: Key, why: "it is empty" });
    else if (others > 0) this.onUnreadable({ key: Key, why: `${others} of its ${lines.length} lines are no mark` });
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
