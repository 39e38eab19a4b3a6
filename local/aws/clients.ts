import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { PLAIN_ENDPOINT } from "../../stores/plain-endpoint";

/** Clients of the stores, pointed at this machine. */
export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
}

/** The access key of the run itself: the endpoint answers it before the run is ready. */
export const RUN_KEY = "local-run";
/** Credentials that no one checks here. */
const LOCAL_CREDENTIALS = { accessKeyId: RUN_KEY, secretAccessKey: "local" } as const;

/** SDK clients of the local endpoint. */
export function localClients(endpoint: string, region: string): Clients {
  const settings = { ...PLAIN_ENDPOINT, endpoint, region, credentials: LOCAL_CREDENTIALS };
  return {
    dynamodb: new DynamoDBClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
  };
}

/** Reads items as objects. Numbers beyond 2^53 are doubles, as they came: without this the client would refuse them. */
export function documentsOf(dynamodb: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(dynamodb, { unmarshallOptions: { wrapNumbers: Number } });
}
