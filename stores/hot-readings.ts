import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { ATTRIBUTE, INDEX_SHARDS, MAX_PACKED_SPAN_MS, SENSOR_TYPE_INDEX } from "../contract/item";
import { inTimeOrder } from "./in-time-order";
import { type HotItem, readingsInOrder, type StoredReading } from "./unpacked";

/** Milliseconds by which a device's clock may be ahead of ours before its reading counts as ahead. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** How far a reading's time is ahead of now, milliseconds; 0 where it is not. */
export function aheadMs(timestamp: number, now: number): number {
  return timestamp > now + CLOCK_TOLERANCE_MS ? timestamp - now : 0;
}

/** Which readings are wanted, by their time. */
export interface Span {
  /** From this moment on, milliseconds since the epoch. */
  readonly from: number;
  /** Before this moment. */
  readonly until: number;
  /** The present: TTL deletes late, and readings that have expired by now are never shown. */
  readonly now: number;
}

/** The last moment that a 13-digit key can name. */
export const END_OF_TIME = 9_999_999_999_999;

const NAMES = { "#expires": ATTRIBUTE.expirationTime };
const NOT_EXPIRED = "#expires > :now";

/** A table's readings. Each method reads a page when its reader wants more. */
export class HotReadings {
  readonly #table: string;
  readonly #client: DynamoDBDocumentClient;

  constructor(client: DynamoDBClient, table: string) {
    this.#table = table;
    // The table holds numbers beyond 2^53. They were doubles in their messages, and are shown as doubles.
    this.#client = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
  }

  /** The readings of one device, of one sensor type or all, oldest or newest first. */
  ofDevice(deviceId: string, span: Span, sensorType?: string, newestFirst = false): AsyncGenerator<StoredReading> {
    const { from, until, now } = span;
    const items = this.#query({
      KeyConditionExpression: "#device = :device AND #key BETWEEN :from AND :until",
      FilterExpression: sensorType === undefined ? NOT_EXPIRED : `${NOT_EXPIRED} AND #type = :type`,
      ExpressionAttributeNames: {
        ...NAMES,
        "#device": ATTRIBUTE.deviceId,
        "#key": ATTRIBUTE.timestampSensorType,
        ...(sensorType === undefined ? {} : { "#type": ATTRIBUTE.sensorType }),
      },
      ExpressionAttributeValues: {
        ":device": deviceId,
        // A key continues after the digits, so the bare digits sort before all keys of their millisecond.
        ":from": digits(from - MAX_PACKED_SPAN_MS),
        ":until": digits(until),
        ":now": Math.floor(now / 1000),
        ...(sensorType === undefined ? {} : { ":type": sensorType }),
      },
      ScanIndexForward: !newestFirst,
    });
    return within(readingsInOrder(items, newestFirst), span);
  }

  /** The readings of one sensor type, oldest first: all shards of the index, merged. */
  ofType(sensorType: string, span: Span): AsyncGenerator<StoredReading> {
    return inTimeOrder(shardsOf(sensorType).map((shard) => this.#ofShard(shard, span)));
  }

  /** The newest reading of the device or of the type before this moment; undefined where there is none. */
  async newestBefore(
    { device, type }: { readonly device: string | undefined; readonly type: string | undefined },
    moment: number,
    now: number,
  ): Promise<StoredReading | undefined> {
    const span = { from: 0, until: moment, now };
    const sources =
      device === undefined
        ? shardsOf(type ?? "").map((shard) => this.#ofShard(shard, span, true))
        : [this.ofDevice(device, span, type, true)];
    const newest = await Promise.all(
      sources.map(async (source) => (await source.next()).value as StoredReading | undefined),
    );
    return newest.reduce((best, next) => ((next?.timestamp ?? -1) > (best?.timestamp ?? -1) ? next : best), undefined);
  }

  #ofShard(shard: string, span: Span, newestFirst = false): AsyncGenerator<StoredReading> {
    const { from, until, now } = span;
    const items = this.#query({
      IndexName: SENSOR_TYPE_INDEX,
      KeyConditionExpression: "#shard = :shard AND #timestamp BETWEEN :from AND :last",
      FilterExpression: NOT_EXPIRED,
      ExpressionAttributeNames: { ...NAMES, "#shard": ATTRIBUTE.sensorTypeShard, "#timestamp": ATTRIBUTE.timestamp },
      ExpressionAttributeValues: {
        ":shard": shard,
        ":from": from - MAX_PACKED_SPAN_MS,
        ":last": until - 1,
        ":now": Math.floor(now / 1000),
      },
      ...(newestFirst ? { ScanIndexForward: false } : {}),
    });
    return within(readingsInOrder(items, newestFirst), span);
  }

  async *#query(input: object): AsyncGenerator<HotItem> {
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, { TableName: this.#table, ...input }))
      yield* Items;
  }
}

/** A packed item may begin before the span, or end after it. */
async function* within(readings: AsyncIterable<StoredReading>, { from, until }: Span): AsyncGenerator<StoredReading> {
  for await (const reading of readings) if (reading.timestamp >= from && reading.timestamp < until) yield reading;
}

/** The index's hash keys of a sensor type. */
function shardsOf(sensorType: string): readonly string[] {
  return Array.from({ length: INDEX_SHARDS }, (_, shard) => `${sensorType}#${String(shard).padStart(2, "0")}`);
}

function digits(ms: number): string {
  return String(Math.min(Math.max(ms, 0), END_OF_TIME)).padStart(13, "0");
}
