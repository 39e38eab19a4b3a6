import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** What a fake store does instead of answering well. */
export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly code: string; readonly message?: string }
  /** Only of DynamoDB: names items as not processed. Without `only`, a share of them. */
  | { readonly kind: "unprocessed"; readonly share: number }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
  /** Headers and half an answer, then nothing. */
  | { readonly kind: "halfAnswer" };

/** One put of an item that DynamoDB would refuse or leave out. */
export interface ItemRule {
  readonly matches: (item: Item) => boolean;
  /** `refuse` fails its batch with a ValidationException; `leave` names it as not processed, always. */
  readonly action: "refuse" | "leave";
}

export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

/** How a store of the fake behaves, and what it has seen. */
class FakeStore {
  /** Asked for each request, in order of arrival from 0; undefined answers well. */
  fault: (request: number) => Fault | undefined = () => undefined;
  latencyMs = 0;
  requests = 0;
  /** Of the last request. */
  headers: IncomingHttpHeaders = {};
  path: string | undefined;
  inFlight = 0;
  maxInFlight = 0;
}

/**
 * DynamoDB's BatchWriteItem and S3's PutObject on one local endpoint, speaking their wire protocols, with faults
 * on demand. It refuses what AWS refuses: two puts of one key, more than 25, an item above 400 KB.
 */
export class FakeAws {
  readonly #server: Server;
  readonly dynamodb = new FakeStore();
  readonly s3 = new FakeStore();
  itemRule: ItemRule | undefined;
  /** By `<deviceId>#<range key>`. */
  readonly items = new Map<string, Item>();
  /** How many items each BatchWriteItem that was answered well held. */
  readonly batchSizes: number[] = [];
  /** By key, without the bucket. */
  readonly objects = new Map<string, Buffer>();
  /** Every body that an object had, in the order of its puts: the last is the current version. */
  readonly versions = new Map<string, string[]>();
  puts = 0;
  readonly #open = new Set<ServerResponse>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeAws> {
    const server = createServer();
    const fake = new FakeAws(server);
    server.on("request", (request, response) => void fake.#serve(request, response));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends what still hangs, and the server. */
  async stop(): Promise<void> {
    for (const response of this.#open) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open.add(response);
    response.on("close", () => this.#open.delete(response));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isTable = request.headers["x-amz-target"] === "DynamoDB_20120810.BatchWriteItem";
    const store = isTable ? this.dynamodb : this.s3;
    const fault = store.fault(store.requests++);
    store.headers = request.headers;
    store.path = request.url;
    store.inFlight++;
    store.maxInFlight = Math.max(store.maxInFlight, store.inFlight);
    if (store.latencyMs > 0) await new Promise((later) => setTimeout(later, store.latencyMs));
    // As good as answered: the client counts it as in flight until then.
    store.inFlight--;
    if (fault?.kind === "hang") return;
    if (fault?.kind === "reset") {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === "halfAnswer") {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0", "content-length": "1000" }).write("{");
      return;
    }
    if (isTable) this.#batchWrite(response, body, fault);
    else this.#putObject(request, response, body, fault);
  }

  #batchWrite(response: ServerResponse, body: Buffer, fault: Fault | undefined): void {
    const answer = (status: number, content: object) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(content));
    const fail = (code: string, message: string, status = 400) =>
      answer(status, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message });
    if (fault?.kind === "status") return void fail(fault.code, fault.message ?? "injected", fault.status);
    const { RequestItems } = JSON.parse(body.toString()) as {
      RequestItems: Record<string, { PutRequest: { Item: Item } }[]>;
    };
    const [table = "", requests = []] = Object.entries(RequestItems)[0] ?? [];
    const keyed = requests.map((put) => ({ put, key: keyOf(put.PutRequest.Item) }));
    if (keyed.length === 0 || keyed.length > 25) return void fail("ValidationException", "1 to 25 items");
    if (new Set(keyed.map(({ key }) => key)).size < keyed.length) {
      return void fail("ValidationException", "Provided list of item keys contains duplicates");
    }
    if (keyed.some(({ put }) => JSON.stringify(put.PutRequest.Item).length > 4 * 400 * 1024)) {
      return void fail("ValidationException", "Item size has exceeded the maximum allowed size");
    }
    const rule = this.itemRule;
    if (rule?.action === "refuse" && keyed.some(({ put }) => rule.matches(put.PutRequest.Item))) {
      return void fail("ValidationException", "One or more parameter values were invalid: for a test");
    }
    const share = fault?.kind === "unprocessed" ? fault.share : 0;
    const left: object[] = [];
    keyed.forEach(({ put, key }, i) => {
      const isLeft =
        i < Math.ceil(share * keyed.length) || (rule?.action === "leave" && rule.matches(put.PutRequest.Item));
      if (isLeft) left.push(put);
      else this.items.set(key, put.PutRequest.Item);
    });
    this.batchSizes.push(keyed.length);
    answer(200, { UnprocessedItems: left.length > 0 ? { [table]: left } : {} });
  }

  #putObject(request: IncomingMessage, response: ServerResponse, body: Buffer, fault: Fault | undefined): void {
    if (fault?.kind === "status") {
      const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${fault.code}</Code><Message>injected</Message></Error>`;
      response.writeHead(fault.status, { "content-type": "application/xml" }).end(xml);
      return;
    }
    const path = decodeURIComponent(new URL(request.url ?? "", "http://x").pathname);
    this.puts++;
    const key = path.slice(path.indexOf("/", 1) + 1);
    this.objects.set(key, body);
    this.versions.set(key, [...(this.versions.get(key) ?? []), body.toString()]);
    response.writeHead(200, { etag: '"0"' }).end();
  }
}

function keyOf(item: Item): string {
  return `${String(item.deviceId?.S)}#${String(item.timestampSensorType?.S)}`;
}
