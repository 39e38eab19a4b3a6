import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from "node:http";
import { finished } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { wordsOf } from "../../../contract/error-words";
import { LOCAL_PREFIX } from "../../../contract/local-paths";
import { DEFAULT_LATENCY_MS, type FaultBoard, type StoreFault } from "../../faults/endpoint-faults";
import { RUN_KEY } from "../clients";
import { isTooDeep } from "../dynamodb/nesting";
import { mergeUnprocessed, splitBatch } from "../dynamodb/unprocessed";
import { HttpServer } from "../http-server";
import {
  type ErrorFormat,
  type ErrorResponse,
  notReadyResponse,
  tooDeepResponse,
  troubleResponse,
  unforeseenResponse,
  unknownServiceResponse,
} from "./error-response";
import type { Guard, Head } from "./guard";
import type { InProcessService } from "./in-process";
import { isService, SERVICES, type Service, signedService } from "./route";

/** REST services whose errors are XML. */
const XML_SERVICES: readonly string[] = ["s3", "s3express", "s3-outposts", "cloudfront", "route53"];

/** What the endpoint depends on. */
export interface GatewayDeps {
  readonly faults: FaultBoard;
  readonly random: () => number;
  /** What the run is doing until it is ready; until then only the run itself is served. @default always ready */
  readonly startingStep?: () => string | undefined;
}

/** What the endpoint serves. */
export interface GatewayServices {
  /** Requests to the run itself, under `/_local/`. */
  readonly administration: InProcessService;
  /** Services of this process, by the service name that a request is signed for. */
  readonly inProcess: Readonly<Partial<Record<string, InProcessService>>>;
  /** Checks in front of an emulator. */
  readonly guards: Readonly<Partial<Record<Service, Guard>>>;
}

/** One AWS endpoint for the whole run: passes a request to the service that it is signed for. */
export class Gateway {
  readonly #server: HttpServer;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #deps: GatewayDeps;
  #services: GatewayServices | undefined;
  readonly #emulatorPorts = new Map<Service, number>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#server = new HttpServer((req, res) => {
      this.#handle(req, res).catch((error) => failed(error, req, res));
    });
  }

  /** Listens on 127.0.0.1 and returns the port. Until there are services, each request is answered with 503. */
  listen(port: number): Promise<number> {
    return this.#server.listen(port);
  }

  /** Passes requests for this service to the emulator on this port. */
  connect(service: Service, port: number): void {
    this.#emulatorPorts.set(service, port);
  }

  /** From now on, requests are answered by these services. */
  serve(services: GatewayServices): void {
    this.#services = services;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#server.stop();
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const services = this.#services;
    const step = this.#deps.startingStep?.();
    if (services === undefined || (step !== undefined && !isOfTheRun(req))) {
      req.resume();
      const format = req.url?.startsWith(LOCAL_PREFIX) ? "run" : formatOf(req);
      return answer(res, notReadyResponse(step ?? "starting", format));
    }
    const { administration, inProcess, guards } = services;
    if (req.url?.startsWith(LOCAL_PREFIX)) return answerInProcess(administration, req, res);
    const service = signedService({ url: req.url ?? "/", headers: req.headers });
    const own = service !== undefined && Object.hasOwn(inProcess, service) ? inProcess[service] : undefined;
    if (own) return this.#answer(service, backendOf(own, req, res), req, res);
    if (!isService(service)) {
      req.resume();
      return answer(
        res,
        unknownServiceResponse(service, [...SERVICES, ...Object.keys(inProcess)], errorFormat(req, service)),
      );
    }
    const port = this.#emulatorPorts.get(service);
    if (port === undefined) {
      req.resume();
      return answer(res, troubleResponse(service === "dynamodb" ? service : "s3", "unavailable"));
    }
    const inItsPlace = guards[service]?.(headOf(req));
    if (inItsPlace) return answerInProcess(inItsPlace, req, res);
    const body = service === "dynamodb" ? await buffer(req) : req;
    if (Buffer.isBuffer(body) && isTooDeep(body)) return answer(res, tooDeepResponse());
    const backend: Backend = {
      answer: () => this.#proxy(req, res, port, body),
      lose: async () => void (await buffer(await this.#forward(req, res, port, body))),
      leaveUnprocessed: () => this.#leaveUnprocessed(req, res, port, body),
    };
    return this.#answer(service, backend, req, res);
  }

  /** Answers a request, under the faults in force. */
  async #answer(service: string | undefined, backend: Backend, req: IncomingMessage, res: ServerResponse) {
    const fault = isBreakable(service) ? this.#deps.faults.strike(service) : undefined;
    return fault && isBreakable(service) ? this.#break(service, fault, backend, req, res) : backend.answer();
  }

  async #break(
    service: Breakable,
    fault: StoreFault,
    backend: Backend,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    switch (fault.kind) {
      case "reset":
        // The connection breaks before the request arrives, or after the store has executed it.
        if (this.#deps.random() < 0.5) await backend.lose();
        if (req.httpVersionMajor === 1) req.socket.resetAndDestroy();
        else req.socket.destroy();
        return;
      case "hang":
        req.resume();
        return;
      case "latency":
        await new Promise((resolve) => setTimeout(resolve, fault.latencyMs ?? DEFAULT_LATENCY_MS));
        return backend.answer();
      case "unprocessed":
        return backend.leaveUnprocessed();
      default:
        // An unread body would block the connection.
        await buffer(req);
        return answer(res, troubleResponse(service, fault.kind));
    }
  }

  async #leaveUnprocessed(
    req: IncomingMessage,
    res: ServerResponse,
    port: number,
    given: IncomingMessage | Buffer,
  ): Promise<void> {
    const body = Buffer.isBuffer(given) ? given : await buffer(given);
    const isBatch = String(req.headers["x-amz-target"]).endsWith(".BatchWriteItem");
    const split = isBatch ? splitBatch(body.toString(), this.#deps.random) : undefined;
    if (!split) return this.#proxy(req, res, port, body);
    const emulated =
      split.handOn === undefined ? undefined : await this.#forward(req, res, port, Buffer.from(split.handOn));
    const text = emulated ? (await buffer(emulated)).toString() : "{}";
    const status = emulated?.statusCode ?? 200;
    const merged = status === 200 ? mergeUnprocessed(text, split.leftOver) : text;
    return answer(res, { status, headers: { "content-type": "application/x-amz-json-1.0" }, body: merged });
  }

  async #proxy(req: IncomingMessage, res: ServerResponse, port: number, body: IncomingMessage | Buffer): Promise<void> {
    const emulated = await this.#forward(req, res, port, body);
    res.writeHead(emulated.statusCode ?? 502, endToEnd(emulated.headers));
    await pipeline(emulated, res);
  }

  #forward(
    req: IncomingMessage,
    res: ServerResponse,
    port: number,
    body: IncomingMessage | Buffer,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = endToEnd({ host: String(req.headers[":authority"] ?? ""), ...req.headers });
      if (Buffer.isBuffer(body)) headers["content-length"] = String(body.length);
      const path = req.url ?? "/";
      const forwarded = request({ agent: this.#agent, host: "127.0.0.1", port, method: req.method, path, headers });
      forwarded.once("response", resolve).once("error", reject);
      // A client that is gone would leave half a body, for which the emulator waits, and one connection less for all others.
      finished(res, (error) => error && forwarded.destroy());
      if (Buffer.isBuffer(body)) forwarded.end(body);
      else body.pipe(forwarded);
    });
  }
}

/** Answers what nobody has foreseen, unless the client is gone or the answer has begun. */
function failed(error: unknown, req: IncomingMessage, res: ServerResponse): void {
  if (res.headersSent || res.destroyed || req.errored) {
    res.destroy();
    return;
  }
  req.resume();
  const problem = wordsOf(error);
  answer(res, unforeseenResponse(problem, formatOf(req)));
}

function formatOf(req: IncomingMessage): ErrorFormat {
  return errorFormat(req, signedService({ url: req.url ?? "/", headers: req.headers }));
}

/** Whether the request comes from the run itself, which is served before it is ready. */
function isOfTheRun({ headers }: IncomingMessage): boolean {
  return headers.authorization?.includes(`Credential=${RUN_KEY}/`) ?? false;
}

/** The part that executes a request. */
interface Backend {
  /** Executes the request and answers it. */
  readonly answer: () => Promise<void>;
  /** Executes the request; the answer is lost. */
  readonly lose: () => Promise<void>;
  /** Executes a part of the request and says so, which only BatchWriteItem does. */
  readonly leaveUnprocessed: () => Promise<void>;
}

/** The services that can be broken. */
type Breakable = "dynamodb" | "s3" | "kinesis" | "sns";

function isBreakable(service: string | undefined): service is Breakable {
  return service === "dynamodb" || service === "s3" || service === "kinesis" || service === "sns";
}

function backendOf(service: InProcessService, req: IncomingMessage, res: ServerResponse): Backend {
  const answer = () => answerInProcess(service, req, res);
  return { answer, lose: async () => void (await ask(service, req)), leaveUnprocessed: answer };
}

/** Headers without those that neighbours use between them, and without HTTP/2's own. Node has answered an "expect" already. */
function endToEnd(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const neighbours = ["connection", "keep-alive", "transfer-encoding", "expect"];
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !name.startsWith(":") && !neighbours.includes(name),
    ),
  );
}

/** The REST services that have no form of their own below speak JSON; a request that nobody has signed may be S3's. */
function errorFormat({ headers }: IncomingMessage, service: string | undefined): ErrorFormat {
  if (headers["x-amz-target"] !== undefined) return "json";
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return "query";
  return service === undefined || XML_SERVICES.includes(service) ? "s3" : "json";
}

/** @throws TypeError for an invalid URL */
function headOf({ method = "GET", url = "/", headers }: IncomingMessage): Head {
  const { pathname: path, searchParams: query } = new URL(`http://localhost${url}`);
  return { method, path, query, headers };
}

async function answerInProcess(service: InProcessService, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { status, headers = {}, body } = await ask(service, req);
  answer(res, { status, headers, body });
}

async function ask(service: InProcessService, req: IncomingMessage) {
  return service({ ...headOf(req), body: await buffer(req) });
}

function answer(
  res: ServerResponse,
  { status, headers, body }: Omit<ErrorResponse, "body"> & { readonly body: string | Uint8Array },
): void {
  res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
