import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";

const FIRST_PUT = Buffer.from('{"PutRequest":{"Item":');
const NEXT_PUT = Buffer.from('}},{"PutRequest":{"Item":');
const END = Buffer.from("}}]}}");

/**
 * A BatchWriteItem of items that are DynamoDB's JSON already. The SDK addresses, signs, sends and retries the request;
 * only its generic serializer is passed by: the body is set where it would have been made.
 */
export function batchPut(table: string, items: readonly Buffer[]): BatchWriteItemCommand {
  const puts = items.flatMap((item, i) => [i === 0 ? FIRST_PUT : NEXT_PUT, item]);
  // As bytes, not as text, which would be encoded three times: for its length, for its signature and for the socket.
  const body = Buffer.concat([Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`), ...puts, END]);
  const command = new BatchWriteItemCommand({ RequestItems: { [table]: [] } });
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { body: Buffer }).body = body;
      return next(args);
    },
    // After the SDK's serializer, before the content's length and the signature.
    { step: "serialize", priority: "low", name: "itemsAsBytes" },
  );
  return command;
}
