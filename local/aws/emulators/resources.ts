import { CreateTableCommand, type CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import type { Declaration, TableDeclaration } from "../../stack/declaration";
import type { Clients } from "../clients";

/** Creates in the emulators what the stack declares. */
export async function createResources(declaration: Declaration, clients: Clients): Promise<void> {
  await Promise.all([
    clients.dynamodb.send(new CreateTableCommand(tableInput(declaration.table))),
    declaration.deviceWatch && clients.dynamodb.send(new CreateTableCommand(tableInput(declaration.deviceWatch.table))),
    ...declaration.buckets.map((bucket) => clients.s3.send(new CreateBucketCommand({ Bucket: bucket }))),
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
    GlobalSecondaryIndexes: table.indexes.map(({ name, keys, projection, attributes }) => ({
      IndexName: name,
      KeySchema: keys.map(({ attributeName, keyType }) => ({
        AttributeName: attributeName,
        KeyType: keyType as "HASH" | "RANGE",
      })),
      Projection: {
        ProjectionType: projection as "ALL" | "KEYS_ONLY" | "INCLUDE",
        ...(attributes && { NonKeyAttributes: [...attributes] }),
      },
    })),
  };
}
