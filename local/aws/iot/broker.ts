import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { Aedes, type AuthenticateError, type Client, type ConnectPacket, type PublishPacket } from "aedes";
import { listen, listenWhereWanted } from "../listen";
import type { DeviceAccess, DeviceAction, Standing } from "./device-access";
import { publishFault } from "./limits";
import type { RuleMessage } from "./rule-sql";

type Will = NonNullable<ConnectPacket["will"]>;

const USUAL_TLS_PORT = 8883;
/** What clientid() is for a message that came over HTTP. */
const NO_CLIENT = "n/a";
/** aedes' words for a version that was told already. */
const UNACCEPTABLE_VERSION = "unacceptable protocol version";

/** An error that closes a connection, and that was said already or is meant. */
class Refused extends Error {}

/** What the broker needs: who may do what, where messages go, and a clock. */
export interface BrokerPorts {
  readonly access: DeviceAccess;
  /** What the certificate of this SHA-256 is to the thing of this name. */
  readonly standing: (certificateId: string, thingName: string) => Standing;
  /** Resolves when the message may be acknowledged. */
  readonly accept: (message: RuleMessage) => Promise<void>;
  /** Hears why a connection was refused or closed, for the person at the terminal; undefined for a client that has not said who it is. */
  readonly onRefused: (clientId: string | undefined, why: string) => void;
  /** Whether connections are taken yet: before, each gets "server unavailable" and may try again. */
  readonly isReady?: () => boolean;
  readonly now: () => number;
}

/** An MQTT broker that lets in and refuses what AWS IoT Core does with the stack's device policy. */
export class Broker {
  readonly #ports: BrokerPorts;
  readonly #aedes: Aedes;
  readonly #servers: Server[] = [];
  /** The certificates that connections over TLS have shown. */
  readonly #certificates = new WeakMap<Duplex, string>();
  readonly #sockets = new Set<Duplex>();
  readonly #doomed = new WeakSet<Duplex>();
  /** The last wills of clients that connect, until they are in. */
  readonly #wills = new WeakMap<Client, Will>();
  readonly #connectedIds = new Set<string>();

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#aedes = new Aedes({
      queueLimit: 1000,
      preConnect: (client, packet, done) => {
        // aedes answers these versions with the code for them.
        if (packet.protocolVersion !== 4 && packet.protocolVersion !== 3) {
          const version = packet.protocolVersion ?? "another version";
          this.#ports.onRefused(packet.clientId || undefined, `the local run speaks MQTT 3.1.1, not ${version}`);
          return done(null, true);
        }
        // A thing's variables resolve where the client id is the thing's name: without one, nothing is allowed.
        if (packet.will) this.#wills.set(client, packet.will);
        if (packet.clientId) return done(null, true);
        this.#ports.onRefused(undefined, "a client id is needed, the thing's own name (mosquitto_pub: -i)");
        done(new Refused("client id missing"), false);
      },
      authenticate: (client, _username, _password, done) => {
        // https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_-
        if (this.#ports.isReady?.() === false)
          return done(Object.assign(new Refused("not ready"), { returnCode: 3 }) satisfies AuthenticateError, false);
        const refusal = this.#connectRefusal(client);
        if (refusal === undefined) {
          if (this.#connectedIds.has(client.id))
            this.#ports.onRefused(client.id, "another connection has its client id, so the older one is closed");
          return done(null, true);
        }
        this.#ports.onRefused(client.id, refusal);
        done(Object.assign(new Refused("not authorized"), { returnCode: 5 }) satisfies AuthenticateError, false);
      },
      authorizePublish: (client, packet, done) => void this.#publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        if (this.#allows(client, { action: "iot:Subscribe", topicFilter: subscription.topic }))
          return done(null, { ...subscription, qos: subscription.qos === 2 ? 1 : subscription.qos });
        this.#ports.onRefused(client.id, this.#whyNot(client, `to subscribe to "${subscription.topic}"`));
        done(null, null);
      },
      authorizeForward: (client, packet) =>
        this.#allows(client, { action: "iot:Receive", topic: packet.topic }) ? packet : null,
    });
    this.#aedes.on("client", ({ id }) => this.#connectedIds.add(id));
    this.#aedes.on("clientDisconnect", ({ id }) => this.#connectedIds.delete(id));
    this.#aedes.on("clientError", (client, error) => this.#closed(client.id, error));
    this.#aedes.on("connectionError", (client, error) => this.#closed(client?.id || undefined, error));
  }

  /** Listens on 127.0.0.1 and returns the port. */
  async listen(port: number): Promise<number> {
    await this.#aedes.listen();
    return listen(this.#added(createServer({ noDelay: true }, (socket) => this.#connected(socket))), port);
  }

  /**
   * Listens on 127.0.0.1 for devices that show a certificate of the authority `ca`, and returns the port: without a wish
   * the usual one, or a free one where that is taken.
   */
  listenTls(port: number | undefined, identity: Required<Pick<TlsOptions, "key" | "cert" | "ca">>): Promise<number> {
    // https://docs.aws.amazon.com/iot/latest/developerguide/transport-security.html
    const options: TlsOptions = { ...identity, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" };
    const server = createTlsServer(options, (socket: TLSSocket) => {
      this.#certificates.set(socket, socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase());
      this.#connected(socket);
    });
    server.on("tlsClientError", (error: Error & { readonly reason?: string }) =>
      this.#ports.onRefused(undefined, `no TLS connection: ${error.reason ?? error.message}`),
    );
    return listenWhereWanted(this.#added(server), port, USUAL_TLS_PORT);
  }

  #added<S extends Server>(server: S): S {
    this.#servers.push(server);
    return server;
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#aedes.handle(socket);
  }

  /**
   * Breaks the connections that `pick` chooses at the worst moment: when the next message was taken, and before its PUBACK. The
   * device has to send it again.
   */
  breakConnections(pick: () => boolean): void {
    for (const socket of this.#sockets) if (pick()) this.#doomed.add(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    // One that never listened says so, which is as well.
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }

  /** Publishes for no client, as AWS IoT's data plane does: to the rule, and to the devices that have subscribed. */
  async publish(topic: string, payload: Buffer, qos: 0 | 1): Promise<void> {
    await this.#ports.accept({ topic, clientId: NO_CLIENT, payload, receivedAt: this.#ports.now() });
    const packet = { cmd: "publish", topic, payload, qos, retain: false, dup: false } as const;
    await new Promise<void>((resolve, reject) =>
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** Authorises a publish and gives it to the rules engine. aedes sends the PUBACK when `done` is called without an error. */
  async #publish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): Promise<void> {
    const clientId = client?.id ?? "";
    const refusal = client ? this.#refusal(client, packet) : "nobody publishes it";
    if (refusal !== undefined) {
      this.#ports.onRefused(clientId, refusal);
      // An error closes the connection, which is what AWS IoT does.
      return done(new Refused(refusal));
    }
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    await this.#ports.accept({ topic: packet.topic, clientId, payload, receivedAt: this.#ports.now() });
    done(client && this.#doomed.has(client.conn) ? new Refused("the connection breaks") : null);
  }

  /** A connection that aedes has closed: a packet that breaks the protocol, or silence. */
  #closed(clientId: string | undefined, error: Error): void {
    // A socket's own error has a code: that the other side is gone is no fault of the protocol.
    if (error instanceof Refused || "code" in error || error.message === UNACCEPTABLE_VERSION) return;
    this.#ports.onRefused(clientId, `its connection is closed: ${error.message}`);
  }

  #connectRefusal(client: Client): string | undefined {
    if (!this.#allows(client, { action: "iot:Connect" })) return this.#whyNot(client, "to connect");
    const will = this.#wills.get(client);
    if (will === undefined) return undefined;
    const refusal = this.#refusal(client, { ...will, qos: will.qos ?? 0, retain: will.retain ?? false });
    return refusal === undefined ? undefined : `its last will is refused: ${refusal}`;
  }

  #refusal(client: Client, packet: Pick<PublishPacket, "topic" | "payload" | "qos" | "retain">): string | undefined {
    const fault = publishFault(packet);
    if (fault !== undefined) return fault;
    if (!this.#allows(client, { action: "iot:Publish", topic: packet.topic }))
      return this.#whyNot(client, `to publish to "${packet.topic}"`);
    if (packet.retain && !this.#allows(client, { action: "iot:RetainPublish", topic: packet.topic }))
      return this.#whyNot(client, `a retained publish to "${packet.topic}"`);
    return undefined;
  }

  #allows(client: Client, request: DeviceAction): boolean {
    return this.#ports.access.allows(client.id, request, this.#standing(client));
  }

  /** Undefined for a connection without a certificate. */
  #standing({ conn, id }: Client): Standing | undefined {
    const certificate = this.#certificates.get(conn);
    return certificate === undefined ? undefined : this.#ports.standing(certificate, id);
  }

  #whyNot(client: Client, what: string): string {
    const standing = this.#standing(client);
    if (standing === "out") return "its certificate is not active, or the device policy is not attached to it";
    const unattached = standing === "unattached" ? ": its certificate is not attached to a thing of this name" : "";
    return `the device policy does not allow it ${what}${unattached}`;
  }
}
