import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";

type Config = DynamoDBClient["config"] | S3Client["config"];
type SdkRequest = Parameters<Config["requestHandler"]["handle"]>[0];
/** A request that is ready to be signed. */
export type Request = Omit<SdkRequest, "clone">;
type Signer = Awaited<ReturnType<Config["signer"]>>;

/** Headers that belong to one call. */
const OF_ONE_CALL = ["content-length", "expect", "x-amzn-trace-id"];

/**
 * Calls of one kind past the SDK's middleware, which takes a third of the function's CPU time: signed by the client's signer
 * and sent by its handler, once. Where they go and how they introduce themselves is learnt from the calls that the client
 * makes itself; those are also who retries, and who finds out what is wrong.
 */
export class Shortcut {
  readonly #client: DynamoDBClient | S3Client;
  #learnt: Request | undefined;
  #signer: Promise<Signer> | undefined;

  /**
   * @param generalize Takes out of a request what its input has put there; returns false where it does not find that, or the call is of another kind.
   */
  constructor(
    client: DynamoDBClient | S3Client,
    generalize: (request: Request, input: object) => boolean = () => true,
  ) {
    this.#client = client;
    const { middlewareStack } = client as DynamoDBClient;
    middlewareStack.add(
      (next) => (args) => {
        const request = copyOf(args.request as Request);
        for (const name of OF_ONE_CALL) delete request.headers[name];
        request.body = undefined;
        if (generalize(request, args.input)) this.#learnt = request;
        return next(args);
      },
      // Complete, and not signed yet.
      { step: "build", priority: "low", name: "learnShortcut" },
    );
  }

  /** A copy of what the client's last request was like; undefined before its first. */
  request(): Request | undefined {
    return this.#learnt && copyOf(this.#learnt);
  }

  /** Sends it once and resolves with the body of a success. Another answer throws, with its status for a name. */
  async send(request: Request, body: Buffer, signal: AbortSignal): Promise<Buffer> {
    const { config } = this.#client;
    this.#signer ??= config.signer();
    request.body = body;
    request.headers["content-length"] = String(body.length);
    const signed = await (await this.#signer).sign(request as SdkRequest);
    const { response } = await config.requestHandler.handle(signed as SdkRequest, { abortSignal: signal });
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    if (response.statusCode !== 200) throw Object.assign(new Error(), { name: `Http${response.statusCode}` });
    return Buffer.concat(chunks);
  }
}

function copyOf(request: Request): Request {
  return { ...request, headers: { ...request.headers } };
}
