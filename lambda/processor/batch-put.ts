import { BatchWriteItemCommand, type BatchWriteItemCommandOutput, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Request, Shortcut } from "./shortcut";

const TARGET = "DynamoDB_20120810.BatchWriteItem";
const FIRST_PUT = Buffer.from('{"PutRequest":{"Item":');
const NEXT_PUT = Buffer.from('}},{"PutRequest":{"Item":');
const END = Buffer.from("}}]}}");

/** What DynamoDB has not done, where it says so. */
export type BatchPutAnswer = Pick<BatchWriteItemCommandOutput, "UnprocessedItems">;

/** Puts items that are DynamoDB's JSON already. */
export class BatchPut {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #start: Buffer;
  readonly #shortcut: Shortcut;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
    this.#start = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`);
    // The client puts single items too, when it replays.
    this.#shortcut = new Shortcut(client, ({ headers }) => headers["x-amz-target"] === TARGET);
  }

  /** The SDK's call, with its retries and its errors. Only its generic serializer is passed by: the body is set where it would have been made. */
  send(items: readonly Buffer[], signal: AbortSignal): Promise<BatchPutAnswer> {
    const body = this.#bodyOf(items);
    const command = new BatchWriteItemCommand({ RequestItems: { [this.#table]: [] } });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as Request).body = body;
        return next(args);
      },
      // After the SDK's serializer, before the content's length.
      { step: "serialize", priority: "low", name: "itemsAsBytes" },
    );
    return this.#client.send(command, { abortSignal: signal });
  }

  /** One attempt by the shortcut, where it is open. Its errors say that it failed, not why. */
  async attempt(items: readonly Buffer[], signal: AbortSignal): Promise<BatchPutAnswer> {
    const request = this.#shortcut.request();
    if (request === undefined) return this.send(items, signal);
    return JSON.parse((await this.#shortcut.send(request, this.#bodyOf(items), signal)).toString());
  }

  /** As bytes, not as text, which would be encoded three times: for its length, for its signature and for the socket. */
  #bodyOf(items: readonly Buffer[]): Buffer {
    return Buffer.concat([this.#start, ...items.flatMap((item, i) => [i === 0 ? FIRST_PUT : NEXT_PUT, item]), END]);
  }
}
