import { CreateTableCommand, type CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { type Clients, RUN_KEY } from "../aws-clients";
import type { Declaration, TableDeclaration } from "../declaration";

/** Creates in the emulators what the stack declares. */
export async function createResources(declaration: Declaration, clients: Clients, endpoint: string): Promise<void> {
  await Promise.all([
    clients.dynamodb.send(new CreateTableCommand(tableInput(declaration.table))),
    ...declaration.buckets.map((bucket) => clients.s3.send(new CreateBucketCommand({ Bucket: bucket }))),
    ...declaration.topics.map((topic) => createTopic(topic, declaration.region, endpoint)),
  ]);
}

/** The table as DynamoDB's CreateTable takes it. */
export function tableInput(table: TableDeclaration): CreateTableCommandInput {
  return {
    TableName: table.name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [
      { AttributeName: table.hashKey, KeyType: "HASH" },
      ...(table.rangeKey === undefined ? [] : [{ AttributeName: table.rangeKey, KeyType: "RANGE" as const }]),
    ],
    AttributeDefinitions: table.attributes.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type as "S" | "N" | "B",
    })),
    GlobalSecondaryIndexes: table.indexes.map(({ name, keys, projection }) => ({
      IndexName: name,
      KeySchema: keys.map(({ attributeName, keyType }) => ({
        AttributeName: attributeName,
        KeyType: keyType as "HASH" | "RANGE",
      })),
      Projection: { ProjectionType: projection as "ALL" | "KEYS_ONLY" },
    })),
  };
}

/** SNS's query protocol, by hand: one call is not worth another SDK client. */
async function createTopic(name: string, region: string, endpoint: string): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${RUN_KEY}/20260101/${region}/sns/aws4_request, SignedHeaders=host, Signature=local`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ Action: "CreateTopic", Name: name, Version: "2010-03-31" }),
  });
  if (!response.ok) throw new Error(`the topic "${name}" was not created: ${await response.text()}`);
}
