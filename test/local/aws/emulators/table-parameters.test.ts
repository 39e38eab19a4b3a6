import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addTableParameters } from "../../../../local/aws/emulators/table-parameters";

const TableName = "table";
const item = { id: { S: "1" }, version: { N: "7" } };
const key = { id: item.id };
let emulator: Server;
let client: DynamoDBClient;

beforeAll(async () => {
  addTableParameters();
  const dynalite: (options: { createTableMs: number }) => Server = require("dynalite");
  emulator = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => emulator.listen(0, "127.0.0.1", listening));
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`,
    region: "sa-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  const hash = (AttributeName: string) => [{ AttributeName, KeyType: "HASH" as const }];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: hash("id"),
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "version", AttributeType: "N" },
      ],
      GlobalSecondaryIndexes: [
        { IndexName: "versions", KeySchema: hash("version"), Projection: { ProjectionType: "ALL" } },
      ],
    }),
  );
  await client.send(new PutItemCommand({ TableName, Item: item }));
});
afterAll(async () => {
  client.destroy();
  await new Promise((closed) => emulator.close(closed));
});

describe("the emulator of the tables, after addTableParameters", () => {
  const condition = {
    TableName,
    ConditionExpression: "version = :v",
    ExpressionAttributeValues: { ":v": { N: "8" } },
  };

  it.each([
    ["ALL_OLD" as const, item],
    ["NONE" as const, undefined],
    [undefined, undefined],
  ])("gives the item that a failed condition has met: %s", async (ReturnValuesOnConditionCheckFailure, Item) => {
    const asked = { ...condition, ...(ReturnValuesOnConditionCheckFailure && { ReturnValuesOnConditionCheckFailure }) };
    for (const command of [
      new PutItemCommand({ ...asked, Item: item }),
      new UpdateItemCommand({ ...asked, Key: key, UpdateExpression: "SET a = :v" }),
      new DeleteItemCommand({ ...asked, Key: key }),
    ]) {
      const failure: unknown = await client.send(command as PutItemCommand).catch((error) => error);
      expect(failure).toMatchObject({ name: "ConditionalCheckFailedException" });
      expect((failure as { Item?: unknown }).Item).toEqual(Item);
    }
  });

  it("gives no item where there was none", async () => {
    const put = new PutItemCommand({
      ...condition,
      Item: { id: { S: "2" } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    const failure: unknown = await client.send(put).catch((error) => error);
    expect(failure).toMatchObject({ name: "ConditionalCheckFailedException" });
    expect((failure as { Item?: unknown }).Item).toBeUndefined();
  });

  it("refuses to return anything else", async () => {
    const put = new PutItemCommand({
      ...condition,
      Item: item,
      ReturnValuesOnConditionCheckFailure: "ALL_NEW" as "ALL_OLD",
    });
    await expect(client.send(put)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("returnValuesOnConditionCheckFailure"),
    });
  });

  it("scans the table consistently, and no index", async () => {
    const scan = { TableName, ConsistentRead: true };
    expect((await client.send(new ScanCommand(scan))).Items).toEqual([item]);
    await expect(client.send(new ScanCommand({ ...scan, IndexName: "versions" }))).rejects.toMatchObject({
      name: "ValidationException",
      message: "Consistent reads are not supported on global secondary indexes",
    });
  });
});
