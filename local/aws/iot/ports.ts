import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { listen, listenWhereWanted } from "../listen";
import { Mqtt3Connection } from "./mqtt3/connection";
import { Mqtt5Connection } from "./mqtt5/connection";
import type { ClientConnection } from "./wire/connection";
import { whenVersionKnown } from "./wire/version";

const DEFAULT_TLS_PORT = 8883;

/** The server's key and certificate, and the authority of the devices'. */
export type TlsIdentity = Required<Pick<TlsOptions, "key" | "cert" | "ca">>;

/** What the ports depend on. */
export interface PortsDeps {
  /** Is called when a client has said which version of MQTT it speaks. */
  readonly onClient: (conn: ClientConnection) => void;
  /** Is called with the reason for which something that is no client yet was refused. */
  readonly onRefused: (why: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The ports that clients connect to, and their connections. */
export class Ports {
  readonly #deps: PortsDeps;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Duplex>();
  /** Connections to the TLS port that have not agreed on TLS. */
  readonly #handshakes = new Set<Socket>();
  /** The certificates of the connections over TLS. */
  readonly #certificates = new WeakMap<Duplex, string>();

  constructor(deps: PortsDeps) {
    this.#deps = deps;
  }

  /** Those that are open. */
  get connections(): Iterable<Duplex> {
    return this.#connections;
  }

  /** The certificate that a client has shown: its SHA-256, as AWS IoT's certificate id. */
  certificateOf(conn: Duplex): string | undefined {
    return this.#certificates.get(conn);
  }

  /** Listens on 127.0.0.1 and returns the port. */
  listen(port: number): Promise<number> {
    return listen(this.#added(createServer({ noDelay: true }, (socket) => this.#opened(socket))), port);
  }

  /**
   * Listens on 127.0.0.1 for devices with a certificate of the authority `ca`, and returns the port.
   * @param port Undefined: 8883, or a free one if that is in use.
   */
  listenTls(port: number | undefined, identity: TlsIdentity): Promise<number> {
    // https://docs.aws.amazon.com/iot/latest/developerguide/transport-security.html
    const options: TlsOptions = { ...identity, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" };
    const server = createTlsServer(options, (socket: TLSSocket) => {
      for (const raw of this.#handshakes) if (raw.remotePort === socket.remotePort) this.#handshakes.delete(raw);
      this.#opened(socket, socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase());
    });
    server.on("connection", (socket: Socket) => {
      this.#handshakes.add(socket);
      socket.once("close", () => this.#handshakes.delete(socket));
    });
    server.on("tlsClientError", (error: Error & { readonly reason?: string }, socket) => {
      this.#deps.onRefused(`no TLS connection: ${error.reason ?? error.message}`);
      // Node.js leaves one open that was too slow.
      socket.destroy();
    });
    return listenWhereWanted(this.#added(server), port, DEFAULT_TLS_PORT);
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    for (const socket of [...this.#connections, ...this.#handshakes]) socket.destroy();
    // Closing a server that never listened fails, and need not succeed.
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #added<S extends Server>(server: S): S {
    this.#servers.push(server);
    return server;
  }

  #opened(socket: Socket, certificate?: string): void {
    this.#keepTrackOf(socket);
    whenVersionKnown(
      socket,
      (isMqtt5) => {
        const conn = isMqtt5 ? new Mqtt5Connection(socket, this.#deps.now) : new Mqtt3Connection(socket);
        this.#connections.delete(socket);
        this.#keepTrackOf(conn);
        if (certificate !== undefined) this.#certificates.set(conn, certificate);
        this.#deps.onClient(conn);
      },
      () => this.#deps.onRefused("its connection is closed: CONNECT did not arrive in time"),
    );
  }

  #keepTrackOf(conn: Duplex): void {
    this.#connections.add(conn);
    conn.once("close", () => this.#connections.delete(conn));
  }
}
