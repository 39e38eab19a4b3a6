import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { MAX_THING_NAME_LENGTH } from "../../contract/thing-name";
import { listenWhereWanted } from "../aws/listen";
import type { PageAlarms } from "./alarms";
import { MAX_SAMPLES, type Sample } from "./samples";

/** The port that is tried where none is asked for; any free one is taken where a program has it. */
const USUAL_PORT = 4580;

/** What a person does takes less, in characters. */
const MAX_BODY = 4096;

const HEADERS = {
  "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** What the page shows, and where its files are. */
export interface PageDeps {
  /** Folder of the page's own files. */
  readonly staticFolder: string;
  /** What the stack calls its parts, shown once. */
  readonly about: unknown;
  /** Undefined where the stack has no device watch. */
  readonly alarms: PageAlarms | undefined;
  readonly recentReadings: (deviceId: string) => Promise<unknown>;
  readonly latestReadings: (deviceId: string) => Promise<unknown>;
  /** The latest anomalies and rejected records. */
  readonly latestFindings: () => Promise<unknown>;
}

/** Serves the page of the run on 127.0.0.1: its files, its data as JSON, and one sample per second as server-sent events. */
export class PageServer {
  readonly #deps: PageDeps;
  readonly #server: Server;
  readonly #visitors = new Set<ServerResponse>();
  readonly #samples: Sample[] = [];
  readonly #files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;

  constructor(deps: PageDeps) {
    this.#deps = deps;
    this.#files = readFiles(deps.staticFolder);
    this.#server = createServer((req, res) => {
      this.#handle(req, res).catch(() =>
        answer(res, 502, "application/json", '{"problem":"the store did not answer"}'),
      );
    });
  }

  /** Returns the port. Without a wish, the usual one, or any where that is taken; rejects where a wish cannot be met. */
  listen(wanted: number | undefined): Promise<number> {
    return listenWhereWanted(this.#server, wanted, USUAL_PORT);
  }

  /** Shows this to everyone who looks. */
  push(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    for (const visitor of this.#visitors) visitor.write(event("sample", sample));
  }

  get latest(): Sample | undefined {
    return this.#samples.at(-1);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // A foreign site can point its name at 127.0.0.1; its name is then in this header.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(req.headers.host ?? ""))
      return answer(res, 421, "text/plain", "open this page by 127.0.0.1 or localhost\n");
    const url = new URL(req.url ?? "/", "http://127.0.0.1");
    if (req.method === "POST" && url.pathname === "/api/alarms") return this.#carryOut(req, res);
    if (req.method !== "GET") return answer(res, 405, "text/plain", "GET only\n");
    const file = this.#files.get(url.pathname);
    if (file) return answer(res, 200, file.type, file.body);
    switch (url.pathname) {
      case "/api/about":
        return json(res, this.#deps.about);
      case "/api/live":
        return this.#follow(res);
      case "/api/findings":
        return json(res, await this.#deps.latestFindings());
      case "/api/alarms":
        return json(res, { isWatched: this.#deps.alarms !== undefined, alarms: await this.#deps.alarms?.list() });
      case "/api/readings":
      case "/api/device":
        return this.#answerDevice(url, res);
      default:
        return answer(res, 404, "text/plain", "there is no such page\n");
    }
  }

  /** What is asked about one device: its latest readings, or what its charts draw. */
  async #answerDevice({ pathname, searchParams }: URL, res: ServerResponse): Promise<void> {
    const deviceId = searchParams.get("device") ?? "";
    if (deviceId === "" || deviceId.length > MAX_THING_NAME_LENGTH)
      return answer(res, 400, "application/json", '{"problem":"\\"device\\" must be a device\'s id"}');
    const { alarms, latestReadings, recentReadings } = this.#deps;
    if (pathname === "/api/readings") return json(res, await latestReadings(deviceId));
    const none = { limits: [], occurrences: [] };
    const [readings, marks] = await Promise.all([recentReadings(deviceId), alarms?.ofDevice(deviceId) ?? none]);
    return json(res, { readings, ...marks });
  }

  /** A person acknowledges or shelves. JSON alone is taken: no form of a foreign site can send it. */
  async #carryOut(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const refuse = (status: number, problem: string) =>
      answer(res, status, "application/json", JSON.stringify({ problem }));
    if (!/^application\/json\b/.test(req.headers["content-type"] ?? "")) return refuse(415, "the body must be JSON");
    const { alarms } = this.#deps;
    if (alarms === undefined) return refuse(404, "the stack has no device watch");
    let deed: unknown;
    try {
      deed = JSON.parse(await bodyOf(req));
    } catch {
      return refuse(400, "the body must be JSON");
    }
    const done = await alarms.carryOut(deed);
    return done.ok ? json(res, {}) : refuse(409, done.problem);
  }

  #follow(res: ServerResponse): void {
    res.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    res.write(event("history", this.#samples));
    this.#visitors.add(res);
    res.once("close", () => this.#visitors.delete(res));
  }
}

function readFiles(folder: string) {
  const files = [
    ["/", "text/html; charset=utf-8", path.join(folder, "index.html")],
    ["/icon.svg", "image/svg+xml", path.join(folder, "icon.svg")],
    ["/page.css", "text/css", path.join(folder, "page.css")],
    ...["page", "kit", "alarms", "device"].map(
      (name) => [`/${name}.js`, "text/javascript", path.join(folder, `${name}.js`)] as const,
    ),
    ["/uplot.js", "text/javascript", require.resolve("uplot/dist/uPlot.iife.min.js")],
    ["/uplot.css", "text/css", require.resolve("uplot/dist/uPlot.min.css")],
  ] as const;
  return new Map(files.map(([url, type, file]) => [url, { type, body: readFileSync(file) }]));
}

/** @throws Error where it is longer than any deed */
async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of req) {
    body += chunk;
    if (body.length > MAX_BODY) throw new Error("The body is too long");
  }
  return body;
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function json(res: ServerResponse, body: unknown): void {
  answer(res, 200, "application/json", JSON.stringify(body));
}

function answer(res: ServerResponse, status: number, type: string, body: string | Buffer): void {
  if (res.headersSent) return void res.destroy();
  res.writeHead(status, { ...HEADERS, "content-type": type }).end(body);
}
