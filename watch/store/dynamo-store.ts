import { setTimeout as wait } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  type QueryCommandInput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DUE_BUCKETS,
  DUE_INDEX,
  LISTED_BUCKETS,
  LISTED_INDEX,
  MAIL_ITEM,
  PLANT_ITEMS,
  RULES_ITEM,
  STATE_ITEM,
  STREAM_ITEMS,
  WATCH_ATTRIBUTE,
} from "../../contract/watch";
import { NO_MAIL } from "../machine/mail-governor";
import type { RuleSet } from "../rules/rule-set";
import { fromItem, type PlainMap, toItem } from "./attribute";
import { deviceItem, storedDevice } from "./device-item";
import type { HistoryWrite } from "./history-item";
import { mailItem, plantItem, storedMail, storedPlant, storedWatermark, watermarkItem } from "./plant-item";
import type { StoredDevice } from "./stored-device";
import type { Consistency, ListedDevice, StoredMail, StoredPlant, WatchStore, Watermark, Written } from "./watch-store";

const { deviceId: HASH, item: RANGE } = WATCH_ATTRIBUTE;
/** Most keys of one BatchGetItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_KEYS = 100;
const MAX_CALLS = 8;
/** Rounds of keys that DynamoDB left out. */
const MAX_ROUNDS = 6;
/**
 * Longest pause before the second round; it doubles with each.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.BatchOperations
 */
const FIRST_PAUSE_MS = 100;

type Item = Record<string, AttributeValue>;

/** The watch's table. */
export class DynamoStore implements WatchStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #rules: RuleSet;
  readonly #random: () => number;

  /** @param random From 0 to below 1: many functions must not come back together. */
  constructor(client: DynamoDBClient, table: string, rules: RuleSet, random: () => number = Math.random) {
    this.#client = client;
    this.#table = table;
    this.#rules = rules;
    this.#random = random;
  }

  async read(deviceIds: readonly string[], consistency: Consistency): Promise<ReadonlyMap<string, StoredDevice>> {
    const found = new Map<string, StoredDevice>();
    const chunks = Array.from({ length: Math.ceil(deviceIds.length / MAX_KEYS) }, (_, i) =>
      deviceIds.slice(i * MAX_KEYS, (i + 1) * MAX_KEYS),
    );
    await inTurns(chunks, async (chunk) => {
      for (const item of await this.#getAll(chunk, consistency))
        found.set(item[HASH]?.S ?? "", storedDevice(fromItem(item)));
    });
    return found;
  }

  write(deviceId: string, device: StoredDevice, expected: number | undefined): Promise<Written> {
    return this.#put(deviceItem(deviceId, device, this.#rules), expected ?? 0);
  }

  async note(deviceId: string, writes: readonly HistoryWrite[]): Promise<void> {
    for (const write of writes) {
      const Key = keyOf(deviceId, write.item);
      if (write.kind === "delete") {
        await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key }));
        continue;
      }
      const fields = Object.entries(toItem(write.fields));
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key,
          UpdateExpression: `SET ${fields.map((_, i) => `#${i} = :${i}`).join(", ")}`,
          ExpressionAttributeNames: Object.fromEntries(fields.map(([field], i) => [`#${i}`, field])),
          ExpressionAttributeValues: Object.fromEntries(fields.map(([, value], i) => [`:${i}`, value])),
        }),
      );
    }
  }

  async due(clock: number): Promise<readonly string[]> {
    const found = await this.#overBuckets(DUE_BUCKETS, (bucket) => ({
      IndexName: DUE_INDEX,
      KeyConditionExpression: `${WATCH_ATTRIBUTE.dueBucket} = :bucket AND ${WATCH_ATTRIBUTE.dueAt} <= :clock`,
      ExpressionAttributeValues: { ":bucket": { S: bucket }, ":clock": { N: String(clock) } },
    }));
    return found.map((item) => String(item[HASH]));
  }

  async listed(): Promise<readonly ListedDevice[]> {
    const found = await this.#overBuckets(LISTED_BUCKETS, (bucket) => ({
      IndexName: LISTED_INDEX,
      KeyConditionExpression: `${WATCH_ATTRIBUTE.listed} = :bucket`,
      ExpressionAttributeValues: { ":bucket": { S: bucket } },
    }));
    return found.map((item) => ({
      deviceId: String(item[HASH]),
      raised: (item[WATCH_ATTRIBUTE.raised] ?? []) as readonly number[],
      shelved: Number(item[WATCH_ATTRIBUTE.shelved] ?? 0),
      isSilent: item[WATCH_ATTRIBUTE.silent] === true,
    }));
  }

  async watermark(shardId: string): Promise<Watermark | undefined> {
    const item = await this.#get(STREAM_ITEMS, shardId);
    return item && storedWatermark(item);
  }

  async watermarks(): Promise<ReadonlyMap<string, Watermark>> {
    const input: QueryCommandInput = {
      TableName: this.#table,
      KeyConditionExpression: `${HASH} = :stream`,
      ExpressionAttributeValues: { ":stream": { S: STREAM_ITEMS } },
      ConsistentRead: true,
    };
    const items = await this.#query(input);
    return new Map(items.map((item) => [String(item[RANGE]), storedWatermark(item)]));
  }

  async saveWatermark(shardId: string, watermark: Watermark): Promise<void> {
    const Item = toItem({ [HASH]: STREAM_ITEMS, [RANGE]: shardId, ...watermarkItem(watermark) });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
  }

  async readPlant(): Promise<StoredPlant> {
    return storedPlant((await this.#get(PLANT_ITEMS, STATE_ITEM)) ?? {});
  }

  writePlant(plant: StoredPlant, expected: number): Promise<Written> {
    return this.#put({ [HASH]: PLANT_ITEMS, [RANGE]: STATE_ITEM, ...plantItem(plant) }, expected);
  }

  async readMail(): Promise<StoredMail> {
    const item = await this.#get(PLANT_ITEMS, MAIL_ITEM);
    return item === undefined ? { version: 0, mail: NO_MAIL } : storedMail(item);
  }

  writeMail(mail: StoredMail, expected: number): Promise<Written> {
    return this.#put({ [HASH]: PLANT_ITEMS, [RANGE]: MAIL_ITEM, ...mailItem(mail) }, expected);
  }

  async readRules(): Promise<string | undefined> {
    const item = await this.#get(PLANT_ITEMS, RULES_ITEM);
    return item && String(item.text);
  }

  async saveRules(text: string): Promise<void> {
    const Item = toItem({ [HASH]: PLANT_ITEMS, [RANGE]: RULES_ITEM, text });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
  }

  /** Puts an item where the stored version is the expected one; 0: where there is none. */
  async #put(item: PlainMap, expected: number): Promise<Written> {
    const isNew = expected === 0;
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: toItem(item),
          ConditionExpression: isNew ? `attribute_not_exists(${HASH})` : "#version = :expected",
          ...(!isNew && {
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":expected": { N: String(expected) } },
          }),
        }),
      );
      return "written";
    } catch (error) {
      if (error instanceof Error && error.name === "ConditionalCheckFailedException") return "conflict";
      throw error;
    }
  }

  /** The states of at most `MAX_KEYS` devices. What DynamoDB leaves out is asked for again, after a pause that grows. */
  async #getAll(deviceIds: readonly string[], consistency: Consistency): Promise<readonly Item[]> {
    const items: Item[] = [];
    let Keys: Item[] | undefined = deviceIds.map((id) => keyOf(id, STATE_ITEM));
    for (let round = 0; Keys !== undefined && Keys.length > 0; round++) {
      if (round === MAX_ROUNDS) throw Object.assign(new Error("DynamoDB left keys out"), { name: "UnprocessedKeys" });
      if (round > 0) await wait(this.#random() * FIRST_PAUSE_MS * 2 ** (round - 1));
      const answer = await this.#client.send(
        new BatchGetItemCommand({
          RequestItems: { [this.#table]: { Keys, ConsistentRead: consistency === "strong" } },
        }),
      );
      items.push(...(answer.Responses?.[this.#table] ?? []));
      Keys = answer.UnprocessedKeys?.[this.#table]?.Keys as Item[] | undefined;
    }
    return items;
  }

  async #get(hash: string, range: string): Promise<PlainMap | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: keyOf(hash, range), ConsistentRead: true }),
    );
    return Item && fromItem(Item);
  }

  async #overBuckets(
    count: number,
    query: (bucket: string) => Omit<QueryCommandInput, "TableName">,
  ): Promise<readonly PlainMap[]> {
    const found: PlainMap[] = [];
    await inTurns(buckets(count), async (bucket) => {
      found.push(...(await this.#query({ TableName: this.#table, ...query(bucket) })));
    });
    return found;
  }

  async #query(input: QueryCommandInput): Promise<readonly PlainMap[]> {
    const items: PlainMap[] = [];
    for await (const page of paginateQuery({ client: this.#client }, input))
      items.push(...(page.Items ?? []).map(fromItem));
    return items;
  }
}

function keyOf(hash: string, range: string): Item {
  return { [HASH]: { S: hash }, [RANGE]: { S: range } };
}

function buckets(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(i).padStart(String(count - 1).length, "0"));
}

/** Makes calls for all inputs, `MAX_CALLS` of them at a time. */
async function inTurns<Input>(inputs: readonly Input[], call: (input: Input) => Promise<void>): Promise<void> {
  for (let from = 0; from < inputs.length; from += MAX_CALLS)
    await Promise.all(inputs.slice(from, from + MAX_CALLS).map(call));
}
