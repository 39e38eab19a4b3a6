import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import {
  Aedes,
  type AedesOptions,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
} from "aedes";
import { listen, listenWhereWanted } from "../listen";
import type { DeviceAccess, DeviceAction, Standing } from "./device-access";
import { publishFault } from "./limits";
import { endBecause, handOut, sessionOf, takeIn, willOf } from "./mqtt5/broker-side";
import { Mqtt5Connection } from "./mqtt5/connection";
import { REASON, Reason } from "./mqtt5/reason";
import { forgetSession, Sessions } from "./mqtt5/sessions";
import { whenVersionKnown } from "./mqtt5/version";
import type { RuleMessage } from "./rule-sql";

type Will = NonNullable<ConnectPacket["will"]>;
type Hooks = Required<AedesOptions>;

const USUAL_TLS_PORT = 8883;
/** What clientid() is for a message that came over HTTP. */
const NO_CLIENT = "n/a";

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

/**
 * An MQTT broker that lets in and refuses what AWS IoT Core does with the stack's device policy. It speaks 3.1.1; a client of
 * version 5 is translated before it gets here.
 */
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
  readonly #connected = new Map<string, Duplex>();
  readonly #sessions: Sessions;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#aedes = new Aedes({
      queueLimit: 1000,
      preConnect: (...call) => this.#preConnect(...call),
      authenticate: (client, _username, _password, done) => this.#authenticate(client, done),
      authorizePublish: (client, packet, done) => void this.#publish(client, packet, done),
      authorizeSubscribe: (...call) => this.#authorizeSubscribe(...call),
      authorizeForward: (...call) => this.#authorizeForward(...call),
    });
    this.#sessions = new Sessions(
      (clientId) => forgetSession(this.#aedes, clientId),
      (ms, then) => {
        const timer = setTimeout(then, ms).unref();
        return () => clearTimeout(timer);
      },
    );
    this.#aedes.on("client", ({ id, conn, clean }) => {
      this.#connected.set(id, conn);
      this.#sessions.opened(id, sessionOf(conn, clean).version);
    });
    this.#aedes.on("clientDisconnect", ({ id, conn, clean }) => {
      this.#connected.delete(id);
      const { version, expirySeconds } = sessionOf(conn, clean);
      this.#sessions.closed(id, version, expirySeconds);
    });
    this.#aedes.on("keepaliveTimeout", ({ conn }) =>
      endBecause(conn, new Reason(REASON.keepAliveTimeout, "nothing was heard for 1.5 times the keep-alive")),
    );
    this.#aedes.on("clientError", (client, error) => this.#closed(client.id, error));
    this.#aedes.on("connectionError", (client, error) => this.#closed(client?.id || undefined, error));
  }

  #preConnect(...[client, packet, done]: Parameters<Hooks["preConnect"]>) {
    // A thing's variables resolve where the client id is the thing's name: without one, nothing is allowed.
    if (packet.will) this.#wills.set(client, willOf(client.conn, packet.will));
    if (packet.clientId) return done(null, true);
    done(
      this.#refused(client, notAuthorized("a client id is needed, the thing's own name (mosquitto_pub: -i)")),
      false,
    );
  }

  #authenticate(client: Client, done: Parameters<Hooks["authenticate"]>[3]) {
    // https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_-
    if (this.#ports.isReady?.() === false)
      return done(Object.assign(new Refused("not ready"), { returnCode: 3 }) satisfies AuthenticateError, false);
    const refusal = this.#connectRefusal(client);
    if (refusal) {
      const error = Object.assign(this.#refused(client, refusal), { returnCode: 5 }) satisfies AuthenticateError;
      return done(error, false);
    }
    this.#takeOver(client.id);
    const { version, cleanStart } = sessionOf(client.conn, client.clean);
    void this.#sessions.begin(client.id, version, cleanStart).then(() => done(null, true));
  }

  #authorizeSubscribe(...[client, subscription, done]: Parameters<Hooks["authorizeSubscribe"]>) {
    // AWS IoT sends no SUBACK then: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-differences
    if (subscription.qos === 2)
      return done(this.#refused(client, new Reason(REASON.qosNotSupported, "QoS 2 is not supported by AWS IoT")));
    if (this.#allows(client, { action: "iot:Subscribe", topicFilter: subscription.topic }))
      return done(null, subscription);
    this.#ports.onRefused(client.id, this.#whyNot(client, `to subscribe to "${subscription.topic}"`));
    done(null, null);
  }

  #authorizeForward(...[client, packet]: Parameters<Hooks["authorizeForward"]>): typeof packet | null {
    return this.#allows(client, { action: "iot:Receive", topic: packet.topic }) &&
      handOut(client.conn, packet, this.#ports.now())
      ? packet
      : null;
  }

  /** Listens on 127.0.0.1 and returns the port. */
  async listen(port: number): Promise<number> {
    await this.#aedes.listen();
    return listen(this.#added(createServer({ noDelay: true }, (socket) => this.#opened(socket))), port);
  }

  /**
   * Listens on 127.0.0.1 for devices that show a certificate of the authority `ca`, and returns the port: without a wish
   * the usual one, or a free one where that is taken.
   */
  listenTls(port: number | undefined, identity: Required<Pick<TlsOptions, "key" | "cert" | "ca">>): Promise<number> {
    // https://docs.aws.amazon.com/iot/latest/developerguide/transport-security.html
    const options: TlsOptions = { ...identity, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" };
    const server = createTlsServer(options, (socket: TLSSocket) => {
      this.#opened(socket, socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase());
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

  #opened(socket: Socket, certificate?: string): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    whenVersionKnown(
      socket,
      (isMqtt5) => {
        const conn = isMqtt5 ? this.#translated(socket) : socket;
        if (certificate !== undefined) this.#certificates.set(conn, certificate);
        this.#aedes.handle(conn);
      },
      () => this.#closed(undefined, new Error("CONNECT did not arrive in time")),
    );
  }

  #translated(socket: Socket): Duplex {
    const conn = new Mqtt5Connection(socket, this.#ports.now);
    this.#sockets.delete(socket);
    this.#sockets.add(conn);
    conn.once("close", () => this.#sockets.delete(conn));
    return conn;
  }

  /**
   * Breaks the connections that `pick` chooses at the worst moment: when the next message was taken, and before its PUBACK. The
   * device has to send it again.
   */
  breakConnections(pick: () => boolean): void {
    for (const socket of this.#sockets) if (pick()) this.#doomed.add(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) {
      endBecause(socket, new Reason(REASON.serverShuttingDown, "the local run ends"));
      socket.destroy();
    }
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
    if (client === null) return done(new Refused("nobody publishes it"));
    takeIn(client.conn, packet, this.#ports.now());
    const refusal = this.#refusal(client, packet);
    // An error closes the connection, which is what AWS IoT does: https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html
    if (refusal) return done(this.#refused(client, refusal));
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    await this.#ports.accept({ topic: packet.topic, clientId: client.id, payload, receivedAt: this.#ports.now() });
    done(this.#doomed.has(client.conn) ? new Refused("the connection breaks") : null);
  }

  /** A connection that aedes has closed: a packet that breaks the protocol, or silence. */
  #closed(clientId: string | undefined, error: Error): void {
    // A socket's own error has a code: that the other side is gone is no fault of the protocol.
    if (error instanceof Refused || "code" in error) return;
    this.#ports.onRefused(clientId, `its connection is closed: ${error.message}`);
  }

  /** Says why a client is refused, at the terminal and to the client, and returns the error that closes its connection. */
  #refused({ id, conn }: Client, reason: Reason): Refused {
    this.#ports.onRefused(id || undefined, reason.why);
    endBecause(conn, reason);
    return new Refused(reason.why);
  }

  /** Says of the connection that has this client's id already that it is closed. aedes closes it. */
  #takeOver(clientId: string): void {
    const older = this.#connected.get(clientId);
    if (older === undefined) return;
    this.#ports.onRefused(clientId, "another connection has its client id, so the older one is closed");
    endBecause(older, new Reason(REASON.sessionTakenOver, "another connection has its client id"));
  }

  #connectRefusal(client: Client): Reason | undefined {
    if (!this.#allows(client, { action: "iot:Connect" })) return notAuthorized(this.#whyNot(client, "to connect"));
    const will = this.#wills.get(client);
    if (will === undefined) return undefined;
    const refusal = this.#refusal(client, { ...will, qos: will.qos ?? 0, retain: will.retain ?? false });
    return refusal && new Reason(refusal.code, `its last will is refused: ${refusal.why}`);
  }

  #refusal(client: Client, packet: Pick<PublishPacket, "topic" | "payload" | "qos" | "retain">): Reason | undefined {
    const fault = publishFault(packet);
    if (fault) return fault;
    if (!this.#allows(client, { action: "iot:Publish", topic: packet.topic }))
      return notAuthorized(this.#whyNot(client, `to publish to "${packet.topic}"`));
    if (packet.retain && !this.#allows(client, { action: "iot:RetainPublish", topic: packet.topic }))
      return notAuthorized(this.#whyNot(client, `a retained publish to "${packet.topic}"`));
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

function notAuthorized(why: string): Reason {
  return new Reason(REASON.notAuthorized, why);
}
