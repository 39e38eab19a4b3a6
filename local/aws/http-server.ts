import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { listen } from "./listen";

/** What begins a connection in HTTP/2: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const HTTP2_PREFACE = "PRI * HTTP/2.0";
const KEEP_ALIVE_MS = 60_000;

/** A request of either version. Those of HTTP/2 come in Node's compatibility API, so they are typed as HTTP/1.1's. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * An HTTP server of one port that speaks HTTP/1.1 and, to clients that begin with it, HTTP/2 in clear text: the SDK for JavaScript
 * does so for Kinesis.
 */
export class HttpServer {
  readonly #http;
  readonly #http2;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(handler: Handler) {
    this.#http = createHttpServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handler);
    this.#http2 = createHttp2Server();
    this.#http2.on("request", handler);
    this.#http2.on("sessionError", () => {});
    this.#server = createServer({ noDelay: true }, (socket) => this.#connected(socket));
  }

  /** Listens on 127.0.0.1 and returns the port. */
  listen(port: number): Promise<number> {
    return listen(this.#server, port);
  }

  /** Breaks every connection, and closes the port. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    this.#recognise(socket, "");
  }

  /** Reads on until what has come is HTTP/2's preface, or is not. `begun` is what came before, in Latin-1. */
  #recognise(socket: Socket, begun: string): void {
    socket.once("readable", () => {
      const more: Buffer | null = socket.read();
      // Nothing comes at the end of a connection, which closes by itself.
      const head = begun + (more?.toString("latin1") ?? "");
      if (head.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(head)) return this.#recognise(socket, head);
      socket.unshift(Buffer.from(head, "latin1"));
      (head.startsWith(HTTP2_PREFACE) ? this.#http2 : this.#http).emit("connection", socket);
    });
  }
}
