import type { Duplex } from "node:stream";
import {
  Aedes,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from "aedes";
import type { Authorizer, Identity, Will } from "./authorizer";
import { Clients } from "./clients";
import { CONNACK, returnCodeOf } from "./mqtt3/return-code";
import { annotated, endBecause, handOut, resumeSession, sessionOf, takeIn, willOf } from "./mqtt5/broker-side";
import type { Annotations } from "./mqtt5/message";
import { REASON, Reason } from "./mqtt5/reason";
import { forgetSession, forgetSubscription, Sessions } from "./mqtt5/sessions";
import { Ports, type TlsIdentity } from "./ports";
import type { DeviceMessage } from "./rule-sql";

/** Messages that may wait in a client's queue. */
const QUEUE_LIMIT = 1000;
/** The value of clientid() for a message that came over HTTP. */
const NO_CLIENT = "n/a";

type Done = (error?: Error | null) => void;
type Authenticated = (error: AuthenticateError | null, success: boolean | null) => void;
type Subscribed = (error: Error | null, subscription?: Subscription | null) => void;

/** An error that closes a connection on purpose. Its reason has been reported. */
class Refused extends Error {}

/** What the broker depends on. */
export interface BrokerDeps {
  readonly authorizer: Authorizer;
  /** Delivers a message to the rules engine. Resolves when the message may be acknowledged. */
  readonly deliver: (message: DeviceMessage) => Promise<void>;
  /** Is called with the reason for which a connection was refused or closed; `clientId` is undefined before the client has sent it. */
  readonly onRefused: (clientId: string | undefined, why: string) => void;
  /** Whether connections are accepted yet. Before, each gets "server unavailable" and may try again. @default always */
  readonly isReady?: () => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * An MQTT broker that accepts and refuses what AWS IoT Core does under the stack's device policy. It speaks 3.1.1; in front
 * of it each connection is held to AWS IoT's limits, and a client of version 5 is translated.
 */
export class Broker {
  readonly #deps: BrokerDeps;
  readonly #aedes: Aedes;
  readonly #sessions: Sessions;
  readonly #ports: Ports;
  /** Connections that break at the next message. */
  readonly #doomed = new WeakSet<Duplex>();
  /** The last wills of clients that are connecting. */
  readonly #wills = new WeakMap<Client, Will>();
  readonly #clients = new Clients();

  constructor(deps: BrokerDeps) {
    this.#deps = deps;
    this.#aedes = new Aedes({
      queueLimit: QUEUE_LIMIT,
      preConnect: (client, packet, done) => this.#preConnect(client, packet, done),
      authenticate: (client, _username, _password, done) => void this.#authenticate(client, done),
      // aedes has no other hook between a publish and its PUBACK, so the delivery to the rule runs here.
      authorizePublish: (client, packet, done) => void this.#authorizeAndDeliver(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => this.#authorizeSubscribe(client, subscription, done),
      authorizeForward: (client, packet) => (this.#mayForward(client, packet) ? packet : null),
    });
    this.#aedes.on("client", (client) => this.#connected(client));
    this.#aedes.on("clientDisconnect", (client) => this.#disconnected(client));
    this.#aedes.on("keepaliveTimeout", ({ conn }) => timedOut(conn));
    // A write behind the end is an error too, and means nothing.
    this.#aedes.on("clientError", (client, error) => client.closed || this.#closed(client.id, error));
    this.#aedes.on("connectionError", (client, error) => this.#closed(client?.id || undefined, error));
    this.#ports = new Ports({
      onClient: (conn) => void this.#aedes.handle(conn),
      onRefused: (why) => deps.onRefused(undefined, why),
      now: deps.now,
    });
    this.#sessions = new Sessions((clientId) => forgetSession(this.#aedes, clientId), callLater);
  }

  /** Listens on 127.0.0.1 and returns the port. */
  async listen(port: number): Promise<number> {
    await this.#aedes.listen();
    return this.#ports.listen(port);
  }

  /**
   * Listens on 127.0.0.1 for devices with a certificate of the authority `ca`, and returns the port.
   * @param port Undefined: 8883, or a free one if that is in use.
   */
  listenTls(port: number | undefined, identity: TlsIdentity): Promise<number> {
    return this.#ports.listenTls(port, identity);
  }

  /**
   * Breaks the connections that `pick` chooses at the worst moment: after their next message was delivered and before its PUBACK. The
   * device has to send it again.
   */
  breakConnections(pick: () => boolean): void {
    for (const conn of this.#ports.connections) if (pick()) this.#doomed.add(conn);
  }

  /**
   * Ends the connections that would be refused by now, as AWS IoT ends those of a certificate that is not active any more
   * (https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCertificate.html). A message for the client waits for its next connection then.
   */
  endRefused(): void {
    for (const client of this.#clients) {
      const refusal = this.#deps.authorizer.connectRefusal(this.#identityOf(client), undefined);
      if (refusal === undefined) continue;
      this.#refuse(client, refusal);
      client.close();
    }
  }

  async stop(): Promise<void> {
    for (const conn of this.#ports.connections)
      endBecause(conn, new Reason(REASON.serverShuttingDown, "the local run ends"));
    await this.#ports.stop();
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }

  /** Publishes without a client, as AWS IoT's data plane does: to the rule and to the subscribed devices. */
  async publish(topic: string, payload: Buffer, qos: 0 | 1, annotations: Annotations = {}): Promise<void> {
    await this.#deliver(topic, NO_CLIENT, payload);
    const message = { topic, payload, ...annotated(annotations, this.#deps.now()) };
    const packet = { cmd: "publish", ...message, qos, retain: false, dup: false } as const;
    await new Promise<void>((resolve, reject) =>
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve())),
    );
  }

  #preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    if (packet.will) this.#wills.set(client, willOf(client.conn, packet.will));
    // The policy's variables resolve only if the client id is the thing's name: without an id, nothing is allowed.
    const why = "a client id is needed, the thing's own name (mosquitto_pub: -i)";
    if (packet.clientId) done(null, true);
    else done(this.#refuse(client, new Reason(REASON.notAuthorized, why)), false);
  }

  async #authenticate(client: Client, done: Authenticated): Promise<void> {
    const error = this.#connectError(client);
    if (error) return done(error, false);
    await this.#clients.turnOf(client, (older) => this.#takeOver(older));
    const { version, cleanStart } = sessionOf(client.conn, client.clean);
    const sent = await this.#sessions.begin(client.id, version, cleanStart);
    if (sent) resumeSession(client.conn, sent);
    done(null, true);
  }

  #connectError(client: Client): AuthenticateError | undefined {
    if (this.#deps.isReady?.() === false) return withReturnCode(new Refused("not ready"), CONNACK.serverUnavailable);
    const refusal = this.#deps.authorizer.connectRefusal(this.#identityOf(client), this.#wills.get(client));
    return refusal && withReturnCode(this.#refuse(client, refusal), returnCodeOf(refusal) ?? CONNACK.notAuthorized);
  }

  /** Delivers an authorized publish to the rules engine. aedes sends the PUBACK when `done` is called without an error. */
  async #authorizeAndDeliver(client: Client | null, packet: PublishPacket, done: Done): Promise<void> {
    if (client === null) return done(new Refused("a publish without a client"));
    takeIn(client.conn, packet, this.#deps.now());
    const refusal = this.#deps.authorizer.publishRefusal(this.#identityOf(client), packet);
    // An error closes the connection, as AWS IoT does: https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html
    if (refusal) return done(this.#refuse(client, refusal));
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    await this.#deliver(packet.topic, client.id, payload);
    done(this.#doomed.has(client.conn) ? new Refused("the connection breaks") : null);
  }

  #deliver(topic: string, clientId: string, payload: Buffer): Promise<void> {
    return this.#deps.deliver({ topic, clientId, payload, receivedAt: this.#deps.now() });
  }

  #authorizeSubscribe(client: Client, subscription: Subscription, done: Subscribed): void {
    // AWS IoT sends no SUBACK for QoS 2: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-differences
    if (subscription.qos === 2) {
      done(this.#refuse(client, new Reason(REASON.qosNotSupported, "QoS 2 is not supported by AWS IoT")));
      return;
    }
    const refusal = this.#deps.authorizer.subscribeRefusal(this.#identityOf(client), subscription.topic);
    if (refusal === undefined) {
      done(null, subscription);
      return;
    }
    this.#deps.onRefused(client.id, refusal.why);
    // With a filter that is allowed, aedes stores those that are refused, and would queue messages for them. It is done by then.
    queueMicrotask(() => void forgetSubscription(this.#aedes, client.id, subscription.topic));
    done(null, null);
  }

  #mayForward(client: Client, packet: PublishPacket): boolean {
    // aedes still asks for a moment. What is refused now would not wait for the next connection.
    const isAllowed = client.closed || this.#deps.authorizer.mayReceive(this.#identityOf(client), packet.topic);
    // Also for one that is closed: aedes may still write it.
    return isAllowed && handOut(client.conn, packet, this.#deps.now());
  }

  #connected(client: Client): void {
    const { id, conn, clean } = client;
    // It has gone since it was let in: aedes says nothing of its end.
    if (client.closed) {
      this.#disconnected(client);
      return;
    }
    this.#clients.opened(client);
    this.#sessions.opened(id, sessionOf(conn, clean).version);
  }

  #disconnected(client: Client): void {
    this.#clients.closed(client);
    const { id, conn, clean } = client;
    this.#sessions.closed(id, sessionOf(conn, clean));
  }

  /** Reports a connection that aedes has closed: for a packet that breaks the protocol, or for silence. */
  #closed(clientId: string | undefined, error: Error): void {
    // A socket's own error has a code: a peer that is gone has not broken the protocol.
    if (error instanceof Refused || "code" in error) return;
    this.#deps.onRefused(clientId, `its connection is closed: ${error.message}`);
  }

  /** Reports why a client is refused, tells the client, and returns the error that closes its connection. */
  #refuse({ id, conn }: Client, reason: Reason): Refused {
    this.#deps.onRefused(id || undefined, reason.why);
    endBecause(conn, reason);
    return new Refused(reason.why);
  }

  /** Reports the end of a connection whose client id another one has. */
  #takeOver({ id, conn }: Client): void {
    this.#deps.onRefused(id, "another connection has its client id, so the older one is closed");
    endBecause(conn, new Reason(REASON.sessionTakenOver, "another connection has its client id"));
  }

  #identityOf({ id, conn }: Client): Identity {
    return { clientId: id, certificateId: this.#ports.certificateOf(conn) };
  }
}

function withReturnCode(error: Refused, returnCode: number): AuthenticateError {
  return Object.assign(error, { returnCode });
}

function timedOut(conn: Duplex): void {
  endBecause(conn, new Reason(REASON.keepAliveTimeout, "nothing was heard for 1.5 times the keep-alive"));
}

function callLater(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms).unref();
  return () => clearTimeout(timer);
}
