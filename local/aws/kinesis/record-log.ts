import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StreamRecord } from "../../../contract/stream-record";

/** A segment is closed at this size, of base64 characters and keys. */
const SEGMENT_BYTES = 1024 * 1024;
/** Closed segments that stay in memory: what readers at the tip need. */
const SEGMENTS_IN_MEMORY = 2;

interface Segment {
  readonly firstPlace: number;
  count: number;
  bytes: number;
  firstArrival: number;
  lastArrival: number;
  /** Undefined where the records are in the file alone. */
  records: StreamRecord[] | undefined;
  file: string | undefined;
}

/**
 * The records of one shard in their order. Memory is bounded: old segments go to files in `folder`, each deleted when its last record
 * has expired. Without a folder everything stays in memory.
 */
export class RecordLog {
  readonly #folder: string | undefined;
  readonly #segments: Segment[] = [];
  #length = 0;
  #firstPlace = 0;
  #spilling: Promise<void> = Promise.resolve();
  #loaded: { readonly segment: Segment; readonly records: readonly StreamRecord[] } | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The place of the next record. */
  get length(): number {
    return this.#length;
  }

  /** The place of the oldest record that is still there. */
  get firstPlace(): number {
    return this.#firstPlace;
  }

  /** Arrival of the newest record, milliseconds; 0 where there never was one. */
  lastArrival = 0;

  append(record: StreamRecord): void {
    let tail = this.#segments.at(-1);
    if (tail === undefined || tail.bytes >= SEGMENT_BYTES) {
      tail = {
        firstPlace: this.#length,
        count: 0,
        bytes: 0,
        firstArrival: record.arrivedAt,
        lastArrival: record.arrivedAt,
        records: [],
        file: undefined,
      };
      this.#segments.push(tail);
      this.#spill();
    }
    tail.records?.push(record);
    tail.count += 1;
    tail.bytes += record.data.length + record.partitionKey.length;
    tail.lastArrival = record.arrivedAt;
    this.lastArrival = record.arrivedAt;
    this.#length += 1;
  }

  /** At most `limit` records from this place on; fewer where a segment ends, none only at the end of the log. */
  async read(place: number, limit: number): Promise<readonly StreamRecord[]> {
    const from = Math.max(place, this.#firstPlace);
    const segment = this.#segmentAt(from);
    if (segment === undefined) return [];
    const records = await this.#recordsOf(segment);
    const begin = from - segment.firstPlace;
    return records.slice(begin, begin + limit);
  }

  /** The place of the first record that arrived at this moment or later. */
  async placeAt(moment: number): Promise<number> {
    const segment = this.#segments.find(({ lastArrival }) => lastArrival >= moment);
    if (segment === undefined) return this.#length;
    const within = (await this.#recordsOf(segment)).findIndex(({ arrivedAt }) => arrivedAt >= moment);
    return Math.max(this.#firstPlace, segment.firstPlace + Math.max(0, within));
  }

  /** Forgets what arrived before this moment, by whole segments. */
  trim(moment: number): void {
    for (let oldest = this.#segments[0]; oldest && oldest.lastArrival < moment; oldest = this.#segments[0]) {
      this.#segments.shift();
      this.#firstPlace = oldest.firstPlace + oldest.count;
      const expired = oldest;
      this.#enqueue(async () => {
        if (expired.file !== undefined) await rm(expired.file, { force: true });
      });
    }
  }

  /** Resolves when no file is being written any more. */
  settled(): Promise<void> {
    return this.#spilling;
  }

  #segmentAt(place: number): Segment | undefined {
    // Readers are at the tip nearly always.
    return this.#segments.findLast(({ firstPlace, count }) => firstPlace <= place && place < firstPlace + count);
  }

  async #recordsOf(segment: Segment): Promise<readonly StreamRecord[]> {
    if (segment.records) return segment.records;
    if (this.#loaded?.segment === segment) return this.#loaded.records;
    const records: StreamRecord[] = JSON.parse(await readFile(segment.file ?? "", "utf8"));
    this.#loaded = { segment, records };
    return records;
  }

  #spill(): void {
    const folder = this.#folder;
    const segment = this.#segments.at(-2 - SEGMENTS_IN_MEMORY);
    if (folder === undefined || segment?.records === undefined) return;
    const file = path.join(folder, `${segment.firstPlace}.json`);
    this.#enqueue(async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(file, JSON.stringify(segment.records));
      segment.file = file;
      segment.records = undefined;
    });
  }

  /** A file that cannot be written (a full disk) leaves its records in memory. */
  #enqueue(step: () => Promise<void>): void {
    this.#spilling = this.#spilling.then(step).catch(() => {});
  }
}
