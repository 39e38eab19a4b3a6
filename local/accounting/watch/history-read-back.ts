import { type DynamoDBDocumentClient, paginateScan, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { OCCURRENCE_PREFIX, WATCH_ATTRIBUTE } from "../../../contract/watch";

/** An occurrence of an alarm, as the history has it. Times are milliseconds since the epoch. */
export interface HistoryOccurrence {
  readonly deviceId: string;
  readonly key: string;
  readonly n: number;
  readonly raisedAt: number;
  readonly endedAt: number | undefined;
  /** It ended for another reason than what its sensor did: the rule or the device is gone. */
  readonly isClosed: boolean;
  /** It opened a chattering, whose end is told once it is quiet. */
  readonly isChattering: boolean;
  readonly quietAt: number | undefined;
  readonly isRaiseTold: boolean;
  readonly isEndTold: boolean;
}

/**
 * Reads every occurrence in the watch's table.
 * @throws Error where the table does not answer
 */
export async function readHistory(
  client: DynamoDBDocumentClient,
  TableName: string,
): Promise<readonly HistoryOccurrence[]> {
  const found: HistoryOccurrence[] = [];
  const pages = paginateScan(
    { client },
    {
      TableName,
      FilterExpression: "begins_with(#item, :occurrence)",
      ExpressionAttributeNames: { "#item": WATCH_ATTRIBUTE.item },
      ExpressionAttributeValues: { ":occurrence": OCCURRENCE_PREFIX },
    },
  );
  // A shelf's lines stand among them.
  for await (const { Items = [] } of pages) found.push(...Items.filter(isOccurrence).map(occurrenceOf));
  return found.sort((a, b) => a.raisedAt - b.raisedAt || a.n - b.n);
}

/** Occurrences of a device that are shown. */
const SHOWN = 100;

/**
 * The latest occurrences of a device, the newest first.
 * @throws Error where the table does not answer
 */
export async function deviceHistory(
  client: DynamoDBDocumentClient,
  TableName: string,
  deviceId: string,
): Promise<readonly HistoryOccurrence[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "#device = :device AND begins_with(#item, :occurrence)",
      ExpressionAttributeNames: { "#device": WATCH_ATTRIBUTE.deviceId, "#item": WATCH_ATTRIBUTE.item },
      ExpressionAttributeValues: { ":device": deviceId, ":occurrence": OCCURRENCE_PREFIX },
      ScanIndexForward: false,
      Limit: SHOWN,
    }),
  );
  return Items.filter(isOccurrence).map(occurrenceOf);
}

/** A shelf's lines stand among them. */
function isOccurrence(item: Readonly<Record<string, unknown>>): boolean {
  return item.raisedAt !== undefined && item.shelf === undefined;
}

function occurrenceOf(item: Readonly<Record<string, unknown>>): HistoryOccurrence {
  const time = (field: string) => (item[field] === undefined ? undefined : Number(item[field]));
  const isChattering = item.chattering === true;
  return {
    deviceId: String(item[WATCH_ATTRIBUTE.deviceId]),
    key: String(item.key),
    n: Number(item.n),
    raisedAt: Number(item.raisedAt),
    endedAt: time("endedAt"),
    isClosed: item.endReason !== undefined && item.endReason !== "chattering",
    isChattering,
    quietAt: time("quietAt"),
    isRaiseTold: item.raiseTold === true || item.toldAt !== undefined,
    isEndTold: (isChattering ? item.quietTold : item.endTold) === true,
  };
}
