/** The two SDK clients and nothing else: what the processor's load time is compared with. */
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const clients = { table: new DynamoDBClient({}), objects: new S3Client({}) };

export async function handler(): Promise<object> {
  return { batchItemFailures: [], clients, commands: [BatchWriteItemCommand, PutObjectCommand] };
}
