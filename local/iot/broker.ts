import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from "aedes";
import type { DeviceAccess } from "./device-access";
import { publishFault } from "./limits";
import type { RuleMessage } from "./rule-sql";

export interface BrokerPorts {
  readonly access: DeviceAccess;
  /** Resolves when the message may be acknowledged. */
  readonly accept: (message: RuleMessage) => Promise<void>;
  /** Hears why a connection was refused or closed, for the person at the terminal. */
  readonly onRefused: (clientId: string, why: string) => void;
  readonly now: () => number;
}

/** An MQTT broker that lets in and refuses what AWS IoT Core does with the stack's device policy. */
export class Broker {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #doomed = new WeakSet<Duplex>();

  constructor(private readonly ports: BrokerPorts) {
    this.#aedes = new Aedes({
      queueLimit: 1000,
      preConnect: (_client, packet, done) => {
        // A thing's variables resolve where the client id is the thing's name: without one, nothing is allowed.
        if (packet.clientId) return done(null, true);
        this.ports.onRefused("", "a client id is needed, the thing's own name (mosquitto_pub: -i)");
        done(new Error("client id missing"), false);
      },
      authenticate: (client, _username, _password, done) => {
        if (this.ports.access.allows(client.id, { action: "iot:Connect" })) return done(null, true);
        this.ports.onRefused(client.id, "the device policy does not allow it to connect");
        done(Object.assign(new Error("not authorized"), { returnCode: 5 }) satisfies AuthenticateError, false);
      },
      authorizePublish: (client, packet, done) => void this.#publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        if (this.ports.access.allows(client.id, { action: "iot:Subscribe", topicFilter: subscription.topic }))
          return done(null, { ...subscription, qos: subscription.qos === 2 ? 1 : subscription.qos });
        this.ports.onRefused(client.id, `the device policy does not allow it to subscribe to "${subscription.topic}"`);
        done(null, null);
      },
      authorizeForward: (client, packet) =>
        this.ports.access.allows(client.id, { action: "iot:Receive", topic: packet.topic }) ? packet : null,
    });
    // aedes reports each connection it closes; the reasons that matter were told to onRefused.
    this.#aedes.on("clientError", () => {});
    this.#aedes.on("connectionError", () => {});
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      this.#aedes.handle(socket);
    });
  }

  /** Listens on 127.0.0.1 and returns the port. */
  async listen(port: number): Promise<number> {
    await this.#aedes.listen();
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : port;
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
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }

  /** Authorises a publish and gives it to the rules engine. aedes sends the PUBACK when `done` is called without an error. */
  async #publish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): Promise<void> {
    const clientId = client?.id ?? "";
    const refusal = this.#refusal(clientId, packet);
    if (refusal !== undefined) {
      this.ports.onRefused(clientId, refusal);
      // An error closes the connection, which is what AWS IoT does.
      return done(new Error(refusal));
    }
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    await this.ports.accept({ topic: packet.topic, clientId, payload, receivedAt: this.ports.now() });
    done(client && this.#doomed.has(client.conn) ? new Error("the connection breaks") : null);
  }

  #refusal(clientId: string, packet: PublishPacket): string | undefined {
    const fault = publishFault(packet);
    if (fault !== undefined) return fault;
    const { access } = this.ports;
    if (!access.allows(clientId, { action: "iot:Publish", topic: packet.topic }))
      return `the device policy does not allow it to publish to "${packet.topic}"`;
    if (packet.retain && !access.allows(clientId, { action: "iot:RetainPublish", topic: packet.topic }))
      return `the device policy does not allow it a retained publish to "${packet.topic}"`;
    return undefined;
  }
}
