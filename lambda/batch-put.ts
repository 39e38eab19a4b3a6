import { BatchWriteItemCommand, type BatchWriteItemCommandOutput, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

const FIRST_PUT = Buffer.from('{"PutRequest":{"Item":');
const NEXT_PUT = Buffer.from('}},{"PutRequest":{"Item":');
const END = Buffer.from("}}]}}");

type Config = DynamoDBClient["config"];
type Request = Parameters<Config["requestHandler"]["handle"]>[0];
type Signer = Awaited<ReturnType<Config["signer"]>>;
/** What DynamoDB has not done, where it says so. */
export type BatchPutAnswer = Pick<BatchWriteItemCommandOutput, "UnprocessedItems">;

/** BatchWriteItem calls of items that are DynamoDB's JSON already. */
export class BatchPut {
  private readonly start: Buffer;
  /** The SDK's last request, before it was signed: where a call goes, and how it introduces itself. */
  private addressed: Request | undefined;
  private signer: Promise<Signer> | undefined;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.start = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`);
  }

  /**
   * The SDK's call: it addresses, signs, sends and retries, and throws its errors. Only its generic serializer is passed by: the
   * body is set where it would have been made.
   */
  send(items: readonly Buffer[], signal: AbortSignal): Promise<BatchPutAnswer> {
    const body = this.bodyOf(items);
    const command = new BatchWriteItemCommand({ RequestItems: { [this.table]: [] } });
    const { middlewareStack } = command;
    // After the SDK's serializer, before the content's length.
    middlewareStack.add(
      (next) => (args) => {
        (args.request as Request).body = body;
        return next(args);
      },
      { step: "serialize", priority: "low", name: "itemsAsBytes" },
    );
    middlewareStack.add(
      (next) => (args) => {
        const request = args.request as Request;
        // The trace is the invocation's own.
        const { "x-amzn-trace-id": _, ...headers } = request.headers;
        this.addressed = Object.assign(request.clone(), { headers, body: undefined });
        return next(args);
      },
      { step: "build", priority: "low", name: "rememberAddress" },
    );
    return this.client.send(command, { abortSignal: signal });
  }

  /**
   * One attempt past the SDK's middleware, which takes a third of the function's CPU time: signed by the client's signer and sent by
   * its handler to where `send` sent before; where it has not yet, it does now. Throws where the answer is no success, with its status
   * for a name: what is wrong then is for `send` to find out.
   */
  async attempt(items: readonly Buffer[], signal: AbortSignal): Promise<BatchPutAnswer> {
    if (this.addressed === undefined) return this.send(items, signal);
    const { config } = this.client;
    this.signer ??= config.signer();
    const request = this.addressed.clone();
    request.body = this.bodyOf(items);
    request.headers["content-length"] = String(request.body.length);
    const signed = await (await this.signer).sign(request);
    const { response } = await config.requestHandler.handle(signed as Request, { abortSignal: signal });
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    if (response.statusCode !== 200) throw Object.assign(new Error(), { name: `Http${response.statusCode}` });
    return JSON.parse(Buffer.concat(chunks).toString());
  }

  /** As bytes, not as text, which would be encoded three times: for its length, for its signature and for the socket. */
  private bodyOf(items: readonly Buffer[]): Buffer {
    return Buffer.concat([this.start, ...items.flatMap((item, i) => [i === 0 ? FIRST_PUT : NEXT_PUT, item]), END]);
  }
}
