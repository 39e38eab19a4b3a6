import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
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
  unknownServiceResponse,
} from "./error-response";
import type { Guard, Head } from "./guard";
import type { InProcessService } from "./in-process";
import { isService, SERVICES, type Service, signedService } from "./route";

/** REST services whose errors are XML. */
const XML_SERVICES: readonly string[] = ["s3", "s3express", "s3-outposts", "cloudfront", "route53"];

/** What the endpoint needs: the faults in force and the services behind it. */
export interface GatewayPorts {
  readonly faults: FaultBoard;
  readonly random: () => number;
  /** What the run is about before it is ready; until then it answers itself alone. */
  readonly startingStep?: () => string | undefined;
  /** What the run itself is asked, under `/_local/`. */
  readonly administration: InProcessService;
  /** What answers in this process, by the service name that a request is signed for. */
  readonly inProcess: Readonly<Partial<Record<string, InProcessService>>>;
  /** What stands before an emulator. */
  readonly guards: Readonly<Partial<Record<Service, Guard>>>;
}

/** One AWS endpoint for everything that runs here: hands a request to the emulator of the service that it is signed for. */
export class Gateway {
  readonly #ports: GatewayPorts;
  readonly #server: HttpServer;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #emulatorPorts = new Map<Service, number>();

  constructor(ports: GatewayPorts) {
    this.#ports = ports;
    this.#server = new HttpServer((req, res) => {
      this.#handle(req, res).catch(() => res.destroy());
    });
  }

  /** Listens on 127.0.0.1 and returns the port. Requests before a service is connected are answered with 503. */
  listen(port: number): Promise<number> {
    return this.#server.listen(port);
  }

  /** Hands requests for these services to the emulator on this port. */
  connect(services: readonly Service[], port: number): void {
    for (const service of services) this.#emulatorPorts.set(service, port);
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#server.stop();
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const step = this.#ports.startingStep?.();
    if (step !== undefined && !isOfTheRun(req)) {
      req.resume();
      return answer(res, notReadyResponse(step, notReadyFormat(req)));
    }
    if (req.url?.startsWith(LOCAL_PREFIX)) return answerInProcess(this.#ports.administration, req, res);
    const service = signedService({ url: req.url ?? "/", headers: req.headers });
    const { inProcess } = this.#ports;
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
    const inItsPlace = this.#ports.guards[service]?.(headOf(req));
    if (inItsPlace) return answerInProcess(inItsPlace, req, res);
    const body = service === "dynamodb" ? await buffer(req) : req;
    if (Buffer.isBuffer(body) && isTooDeep(body)) return answer(res, tooDeepResponse());
    const backend: Backend = {
      answer: () => this.#proxy(req, res, port, body),
      lose: async () => void (await buffer(await this.#forward(req, port, body))),
      leaveUnprocessed: () => this.#leaveUnprocessed(req, res, port, body),
    };
    return this.#answer(service, backend, req, res);
  }

  /** Answers a request, under the faults in force. */
  async #answer(service: string | undefined, backend: Backend, req: IncomingMessage, res: ServerResponse) {
    const fault = isBreakable(service) ? this.#ports.faults.strike(service) : undefined;
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
        // A connection breaks before the store has heard of it, or after the store has done it.
        if (this.#ports.random() < 0.5) await backend.lose();
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
        // A body that nobody reads would block the connection.
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
    const split = isBatch ? splitBatch(body.toString(), this.#ports.random) : undefined;
    if (!split) return this.#proxy(req, res, port, body);
    const emulated = split.handOn === undefined ? undefined : await this.#forward(req, port, Buffer.from(split.handOn));
    const text = emulated ? (await buffer(emulated)).toString() : "{}";
    const status = emulated?.statusCode ?? 200;
    const merged = status === 200 ? mergeUnprocessed(text, split.leftOver) : text;
    return answer(res, { status, headers: { "content-type": "application/x-amz-json-1.0" }, body: merged });
  }

  async #proxy(req: IncomingMessage, res: ServerResponse, port: number, body: IncomingMessage | Buffer): Promise<void> {
    const emulated = await this.#forward(req, port, body);
    res.writeHead(emulated.statusCode ?? 502, endToEnd(emulated.headers));
    await pipeline(emulated, res);
  }

  #forward(req: IncomingMessage, port: number, body: IncomingMessage | Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = endToEnd({ host: String(req.headers[":authority"] ?? ""), ...req.headers });
      if (Buffer.isBuffer(body)) headers["content-length"] = String(body.length);
      const path = req.url ?? "/";
      const forwarded = request({ agent: this.#agent, host: "127.0.0.1", port, method: req.method, path, headers });
      forwarded.once("response", resolve).once("error", reject);
      if (Buffer.isBuffer(body)) forwarded.end(body);
      else body.pipe(forwarded);
    });
  }
}

function notReadyFormat(req: IncomingMessage) {
  if (req.url?.startsWith(LOCAL_PREFIX)) return "run";
  return errorFormat(req, signedService({ url: req.url ?? "/", headers: req.headers }));
}

/** Whether the run itself asks, which has to create what the stack declares. */
function isOfTheRun({ headers }: IncomingMessage): boolean {
  return headers.authorization?.includes(`Credential=${RUN_KEY}/`) ?? false;
}

/** What a request is for. */
interface Backend {
  /** Does it, and answers. */
  readonly answer: () => Promise<void>;
  /** Does it, and the answer is lost. */
  readonly lose: () => Promise<void>;
  /** Does a part of it, and says so: BatchWriteItem alone knows that. */
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

/** @throws TypeError for a URL that is none */
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

function answer(res: ServerResponse, { status, headers, body }: ErrorResponse): void {
  res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
