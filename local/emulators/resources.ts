import { CreateTableCommand, type CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../aws-clients";
import type { Declaration, TableDeclaration } from "../declaration";

/** Creates in the emulators what the stack declares. */
export async function createResources(declaration: Declaration, clients: Clients): Promise<void> {
  await Promise.all([
    createStream(declaration, clients.kinesis),
    clients.dynamodb.send(new CreateTableCommand(tableInput(declaration.table))),
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

async function createStream({ stream }: Declaration, kinesis: KinesisClient): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName: stream.name, ShardCount: stream.shardCount }));
  for (;;) {
    const { StreamDescriptionSummary: summary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: stream.name }),
    );
    if (summary?.StreamStatus === "ACTIVE") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
