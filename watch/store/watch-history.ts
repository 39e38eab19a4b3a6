import {
  type AttributeValue,
  type DynamoDBClient,
  paginateQuery,
  paginateScan,
  type QueryCommandInput,
  type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";
import { OCCURRENCE_PREFIX, WATCH_ATTRIBUTE } from "../../contract/watch";
import { fromItem, type PlainMap } from "./attribute";
import { type HistoryLine, historyLines } from "./history-item";

const { deviceId: HASH, item: RANGE } = WATCH_ATTRIBUTE;
const NAMES = { "#item": RANGE };
const VALUES = { ":prefix": { S: OCCURRENCE_PREFIX } };

/** An item of the history: an occurrence, or a shelf that began or ended. */
export interface HistoryItem {
  readonly deviceId: string;
  readonly fields: PlainMap;
}

/** What happened to the alarms, as the watch's table keeps it for a year. */
export class WatchHistory {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /**
   * The items of a device, in the order in which their occurrences were raised, or those of all, in no order: these are read by going
   * through the whole table. A device's are read whole too: an occurrence that began long ago can end in the period that is asked for.
   */
  async *items(deviceId?: string): AsyncGenerator<HistoryItem> {
    for await (const { Items = [] } of deviceId === undefined ? this.#ofAll() : this.#ofDevice(deviceId))
      for (const item of Items) yield { deviceId: item[HASH]?.S ?? "", fields: fromItem(item) };
  }

  /** The lines of a device or of all, of a period, in the order in which they happened. */
  async lines(
    { from, until }: { readonly from: number; readonly until: number },
    deviceId?: string,
  ): Promise<readonly HistoryLine[]> {
    const lines: HistoryLine[] = [];
    for await (const { deviceId: device, fields } of this.items(deviceId))
      lines.push(...historyLines(device, fields).filter(({ at }) => at >= from && at < until));
    return lines.sort((a, b) => a.at - b.at || rankOf(a) - rankOf(b));
  }

  #ofDevice(deviceId: string): AsyncIterable<Page> {
    const input: QueryCommandInput = {
      TableName: this.#table,
      KeyConditionExpression: "#device = :device AND begins_with(#item, :prefix)",
      ExpressionAttributeNames: { ...NAMES, "#device": HASH },
      ExpressionAttributeValues: { ...VALUES, ":device": { S: deviceId } },
    };
    return paginateQuery({ client: this.#client }, input);
  }

  #ofAll(): AsyncIterable<Page> {
    const input: ScanCommandInput = {
      TableName: this.#table,
      FilterExpression: "begins_with(#item, :prefix)",
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: VALUES,
    };
    return paginateScan({ client: this.#client }, input);
  }
}

/** What ends with a shelf is told in the same moment, after it. */
function rankOf({ event }: HistoryLine): number {
  return event === "unshelve" ? 0 : 1;
}

interface Page {
  readonly Items?: Record<string, AttributeValue>[] | undefined;
}
