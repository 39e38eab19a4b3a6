import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { ATTRIBUTE, INDEX_SHARDS, SENSOR_TYPE_INDEX } from "../contract/item";
import { inTimeOrder } from "./in-time-order";

/** A reading as the hot tier holds it. */
export interface StoredReading {
  readonly deviceId: string;
  /** Its range key: with the device its identity. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly sensorType: string;
  readonly value: number;
  readonly isAnomaly: boolean;
  /** When it arrived, milliseconds since the epoch; undefined for an item that an earlier version wrote. */
  readonly arrivedAt?: number;
  readonly metadata?: unknown;
}

/** How far a device's clock may be ahead of ours before its reading counts as ahead. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** How far a reading's time is ahead of now, milliseconds; 0 where it is not. */
export function aheadMs(timestamp: number, now: number): number {
  return timestamp > now + CLOCK_TOLERANCE_MS ? timestamp - now : 0;
}

/** What is asked of the hot tier. */
export interface Span {
  /** From this moment on, milliseconds since the epoch. */
  readonly from: number;
  /** Before this moment. */
  readonly until: number;
  /** Expired at this moment: TTL deletes late, and what has expired is never shown. */
  readonly now: number;
}

/** The last moment that a 13-digit key can name. */
export const END_OF_TIME = 9_999_999_999_999;

const NAMES = { "#expires": ATTRIBUTE.expirationTime };
const NOT_EXPIRED = "#expires > :now";

/** A table's readings. Each method reads page by page, as it is asked on. */
export class HotReadings {
  readonly #table: string;
  readonly #client: DynamoDBDocumentClient;

  constructor(client: DynamoDBClient, table: string) {
    this.#table = table;
    // The table holds numbers beyond 2^53; as doubles they came, and as doubles they are shown.
    this.#client = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
  }

  /** One device's, oldest first or newest first, of one sensor type or all. */
  async *ofDevice(deviceId: string, span: Span, sensorType?: string, newestFirst = false) {
    const { from, until, now } = span;
    yield* this.#query({
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
        // A key goes on after the digits, so the bare digits come before all keys of their millisecond.
        ":from": digits(from),
        ":until": digits(until),
        ":now": Math.floor(now / 1000),
        ...(sensorType === undefined ? {} : { ":type": sensorType }),
      },
      ScanIndexForward: !newestFirst,
    });
  }

  /** All of one sensor type, oldest first: all shards of the index, merged. */
  ofType(sensorType: string, span: Span): AsyncGenerator<StoredReading> {
    return inTimeOrder(shardsOf(sensorType).map((shard) => this.#ofShard(shard, span)));
  }

  /** The device's or the type's newest reading before this moment. */
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
    return newest.reduce((one, other) => ((other?.timestamp ?? -1) > (one?.timestamp ?? -1) ? other : one), undefined);
  }

  async *#ofShard(shard: string, { from, until, now }: Span, newestFirst = false) {
    yield* this.#query({
      IndexName: SENSOR_TYPE_INDEX,
      KeyConditionExpression: "#shard = :shard AND #timestamp BETWEEN :from AND :last",
      FilterExpression: NOT_EXPIRED,
      ExpressionAttributeNames: { ...NAMES, "#shard": ATTRIBUTE.sensorTypeShard, "#timestamp": ATTRIBUTE.timestamp },
      ExpressionAttributeValues: { ":shard": shard, ":from": from, ":last": until - 1, ":now": Math.floor(now / 1000) },
      ...(newestFirst ? { ScanIndexForward: false } : {}),
    });
  }

  async *#query(input: object): AsyncGenerator<StoredReading> {
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, { TableName: this.#table, ...input }))
      for (const item of Items) yield readingOf(item);
  }
}

/** The index's hash keys of a sensor type. */
function shardsOf(sensorType: string): readonly string[] {
  return Array.from({ length: INDEX_SHARDS }, (_, shard) => `${sensorType}#${String(shard).padStart(2, "0")}`);
}

function readingOf(item: Readonly<Record<string, unknown>>): StoredReading {
  return {
    deviceId: String(item[ATTRIBUTE.deviceId]),
    key: String(item[ATTRIBUTE.timestampSensorType]),
    timestamp: Number(item[ATTRIBUTE.timestamp]),
    sensorType: String(item[ATTRIBUTE.sensorType]),
    value: Number(item[ATTRIBUTE.value]),
    isAnomaly: item[ATTRIBUTE.isAnomaly] === true,
    ...(item[ATTRIBUTE.arrivedAt] === undefined ? {} : { arrivedAt: Number(item[ATTRIBUTE.arrivedAt]) }),
    ...(item[ATTRIBUTE.metadata] === undefined ? {} : { metadata: item[ATTRIBUTE.metadata] }),
  };
}

function digits(ms: number): string {
  return String(Math.min(Math.max(ms, 0), END_OF_TIME)).padStart(13, "0");
}
