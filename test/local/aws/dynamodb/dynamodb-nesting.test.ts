import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultBoard } from "../../../../local/faults/endpoint-faults";
import { gatewayWith } from "../../../helpers/gateway";

type Value = { S: string } | { M: Record<string, Value> } | { L: Value[] };

const LEAF: Value = { S: "leaf" };
const SHAPES = {
  maps: (inner: Value): Value => ({ M: { m: inner } }),
  lists: (inner: Value): Value => ({ L: [inner] }),
  "maps and lists": (inner: Value, level: number): Value =>
    level % 2 === 0 ? { M: { m: inner } } : { L: [LEAF, inner] },
};
const nested = (containers: number, shape: (inner: Value, level: number) => Value) =>
  Array.from({ length: containers }).reduce<Value>((inner, _, level) => shape(inner, level), LEAF);

const REFUSAL = {
  name: "ValidationException",
  message:
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
};

describe("the local table", () => {
  const TableName = "table";
  const faults = new FaultBoard(() => 0);
  const gateway = gatewayWith({ faults });
  let emulator: Server;
  let client: DynamoDBClient;
  let endpoint: string;
  beforeAll(async () => {
    const dynalite: (options: { createTableMs: number }) => Server = require("dynalite");
    emulator = dynalite({ createTableMs: 0 });
    await new Promise<void>((listening) => emulator.listen(0, "127.0.0.1", listening));
    gateway.connect("dynamodb", (emulator.address() as AddressInfo).port);
    endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
    client = new DynamoDBClient({
      endpoint,
      region: "sa-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
    });
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      }),
    );
  });
  afterAll(async () => {
    client.destroy();
    await gateway.stop();
    await new Promise((closed) => emulator.close(closed));
  });

  const id = { S: "1" };
  const put = (data: Value) => client.send(new PutItemCommand({ TableName, Item: { id, data } }));
  const batch = (data: Value) =>
    client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: { id, data } } }] } }));
  const update = (data: Value) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: { id },
        UpdateExpression: "SET deep = :deep",
        ExpressionAttributeValues: { ":deep": data },
      }),
    );

  async function putPlain(data: Value): Promise<{ status: number; body: Record<string, string> }> {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.PutItem",
        authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/sa-east-1/dynamodb/aws4_request",
      },
      body: JSON.stringify({ TableName, Item: { id, data } }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  it.each(Object.entries(SHAPES))(
    "takes 31 levels and what they hold, and refuses 32, as DynamoDB does: %s",
    async (_name, shape) => {
      for (const write of [put, batch, update]) {
        await write(nested(30, shape));
        await write(nested(31, shape));
        await expect(write(nested(32, shape))).rejects.toMatchObject(REFUSAL);
        await expect(write(nested(300, shape))).rejects.toMatchObject(REFUSAL);
      }
      // The SDK's own stack can overflow over this many.
      const { status, body } = await putPlain(nested(1000, shape));
      expect({ status, body }).toMatchObject({ status: 400, body: { message: REFUSAL.message } });
      expect(body.__type).toMatch(/#ValidationException$/);
      const { Items } = await client.send(new ScanCommand({ TableName }));
      expect(Items).toEqual([{ id, data: nested(31, shape), deep: nested(31, shape) }]);
    },
  );

  it("is broken by faults as before, with the same body", async () => {
    faults.set({ dynamodb: { kind: "unprocessed", share: 1 } });
    const { UnprocessedItems } = await batch(nested(1, SHAPES.maps));
    expect(UnprocessedItems?.[TableName]).toHaveLength(1);
    faults.set({ dynamodb: { kind: "throttle", share: 1 } });
    await expect(put(nested(1, SHAPES.maps))).rejects.toMatchObject({ name: "ProvisionedThroughputExceededException" });
    faults.set({});
    await put(nested(1, SHAPES.maps));
  });
});
