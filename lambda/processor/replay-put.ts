import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ATTRIBUTE } from "../../contract/item";
import type { ItemWrite } from "./batch-plan";
import type { Request } from "./shortcut";

const { arrivedAt, expirationTime } = ATTRIBUTE;

/**
 * Nothing is stored under the key that arrived later. What arrived in the same millisecond is taken for the same reading, so that it
 * can be replayed any number of times. Items of the project's first version have no arrival; their expiry counts from it, in seconds.
 */
const NOTHING_LATER =
  `${arrivedAt} <= :arrivedAt OR (attribute_not_exists(${arrivedAt})` +
  ` AND (attribute_not_exists(${expirationTime}) OR ${expirationTime} <= :expirationTime))`;

/** Puts one item at a time, each only where nothing that arrived later is stored under its key. */
export class ReplayPut {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** @throws ConditionalCheckFailedException where something that arrived later is stored. */
  async send(write: ItemWrite, signal: AbortSignal): Promise<void> {
    const body = this.#bodyOf(write);
    const command = new PutItemCommand({ TableName: this.#table, Item: {} });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as Request).body = body;
        return next(args);
      },
      // As in BatchPut: the item is DynamoDB's JSON already.
      { step: "serialize", priority: "low", name: "itemAsBytes" },
    );
    await this.#client.send(command, { abortSignal: signal });
  }

  #bodyOf({ item, arrivedAt, expirationTime }: ItemWrite): Buffer {
    const values = { ":arrivedAt": { N: String(arrivedAt) }, ":expirationTime": { N: String(expirationTime) } };
    const condition = { ConditionExpression: NOTHING_LATER, ExpressionAttributeValues: values };
    const start = `{"TableName":${JSON.stringify(this.#table)},${JSON.stringify(condition).slice(1, -1)},"Item":`;
    return Buffer.concat([Buffer.from(start), item, Buffer.from("}")]);
  }
}
