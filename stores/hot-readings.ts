import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { ATTRIBUTE, INDEX_SHARDS, SENSOR_TYPE_INDEX } from "../contract/item";
import { inTimeOrder } from "./in-time-order";

/** A reading as the hot tier holds it. */
export interface StoredReading {
  readonly deviceId: string;
  /** The range key; with the device, the reading's identity. */
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
  readonly #client: DynamoDBDocumentClient;

  constructor(
    client: DynamoDBClient,
    private readonly table: string,
  ) {
    // The table holds numbers beyond 2^53. They were doubles in their messages, and are shown as doubles.
    this.#client = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
  }

  /** The readings of one device, of one sensor type or all, oldest or newest first. */
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
        // A key continues after the digits, so the bare digits sort before all keys of their millisecond.
        ":from": digits(from),
        ":until": digits(until),
        ":now": Math.floor(now / 1000),
        ...(sensorType === undefined ? {} : { ":type": sensorType }),
      },
      ScanIndexForward: !newestFirst,
    });
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
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, { TableName: this.table, ...input }))
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
