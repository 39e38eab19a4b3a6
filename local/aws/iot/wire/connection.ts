import { Duplex } from "node:stream";
import { generate, type Packet, parser } from "mqtt-packet";
import { MAX_PACKET_BYTES } from "../limits";
import { protocolError, REASON, Reason } from "../mqtt5/reason";
import type { Dialect } from "./dialect";
import { Frames } from "./frames";
import type { ClientPacket } from "./parse";
import type { Step } from "./step";

/** How long a client that was told why may take to go. */
const LINGER_MS = 1000;
/** How long the broker may take with what came before a packet that is refused. */
const SETTLING_MS = 1000;
/** What may wait for a client that does not read. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const CONNECT_TYPE = 1;
const PINGREQ = Buffer.from([0xc0, 0]);

/** A client, as the broker sees it: a connection of 3.1.1 that sends nothing that AWS IoT does not take. */
export class ClientConnection extends Duplex {
  readonly #socket: Duplex;
  readonly #protocolVersion: 4 | 5;
  readonly #frames = new Frames(MAX_PACKET_BYTES);
  readonly #read: (frame: Buffer) => ClientPacket | Reason;
  readonly #fromBroker = parser({ protocolVersion: 4 });
  readonly #dialect: Dialect;
  /** Packets that wait for an answer of the broker's, and what stands behind them. */
  readonly #waiting: Buffer[] = [];
  #isNew = true;
  #hasSession = false;
  #fault: Reason | undefined;
  /** Why the connection ends as soon as the broker has handled what came before. */
  #refusal: Reason | undefined;
  /** Whether the client says no more, and whether the broker knows. */
  #isEnded = false;
  #isOver = false;
  #isPumping = false;
  /** Whether the broker has enough to read. */
  #isFull = false;

  constructor(
    socket: Duplex,
    protocolVersion: 4 | 5,
    dialect: Dialect,
    read: (frame: Buffer) => ClientPacket | Reason,
  ) {
    super();
    this.#socket = socket;
    this.#protocolVersion = protocolVersion;
    this.#dialect = dialect;
    this.#read = read;
    this.#fromBroker.on("packet", (packet) => this.#take(dialect.fromBroker(this.#corrected(packet))));
    socket.on("data", (chunk: Buffer) => this.#guarded(() => this.#received(chunk)));
    socket.once("end", () => this.#guarded(() => this.#closed()));
    socket.once("close", () => this.#guarded(() => this.#closed()));
    socket.on("error", (error) => this.destroy(error));
  }

  /** Remembers why the broker is about to end the connection, so that the client is told. */
  endBecause(reason: Reason): void {
    this.#dialect.endBecause(reason);
  }

  /** The packet identifiers of the publishes that the session's client was sent, and has not acknowledged. */
  get unacknowledged(): ReadonlySet<number> {
    return this.#dialect.unacknowledged;
  }

  /**
   * The client takes up a session that was kept. The broker alone says so only where that has subscriptions.
   * @param sent What it has not acknowledged, as `unacknowledged` of the connection before.
   */
  resumeSession(sent: ReadonlySet<number>): void {
    this.#hasSession = true;
    this.#dialect.resume(sent);
  }

  override _read(): void {
    this.#isFull = false;
    this.#flow();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#guarded(() => {
      this.#fromBroker.parse(chunk);
      this.#pump();
      this.#endIfRefused();
    });
    // The broker waits until all subscribers have a message: one that does not read must not hold up the others.
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const farewell = this.#dialect.farewell();
    if (farewell) this.#send(farewell);
    // Closed with something unread, the socket would take its last words back.
    if (farewell || this.#dialect.isRefused) {
      this.#socket.resume();
      this.#socket.end();
      const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
      this.#socket.once("close", () => clearTimeout(timer));
    } else this.#socket.destroy();
    done(error);
  }

  /** An error while a packet is handled ends this connection, not the run. */
  #guarded(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #received(chunk: Buffer): void {
    if (this.destroyed || this.#isEnded || this.#refusal) return;
    // Told by its first byte: what speaks another protocol may never send a whole packet.
    if (this.#isNew && (chunk[0] ?? 0) >> 4 !== CONNECT_TYPE) {
      this.#refuse(protocolError("the first packet is a CONNECT"));
      return;
    }
    this.#isNew = false;
    const { packets, fault } = this.#frames.take(chunk);
    this.#waiting.push(...packets);
    this.#fault = fault;
    this.#pump();
  }

  #closed(): void {
    this.#isEnded = true;
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.destroyed && !this.#refusal && !this.#dialect.isWaiting) {
      const frame = this.#waiting.shift();
      if (frame === undefined) {
        if (this.#fault) this.#refuse(this.#fault);
        else if (this.#isEnded) this.#end();
        break;
      }
      const packet = this.#read(frame);
      if (packet instanceof Reason) this.#refuse(packet);
      else this.#take(this.#dialect.fromClient(packet, frame));
    }
    this.#isPumping = false;
    this.#flow();
  }

  /** Reads on from the client only while there is no more to do. */
  #flow(): void {
    if (this.destroyed) return;
    if (this.#isFull || this.#waiting.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #take(steps: readonly Step[]): void {
    for (const step of steps) {
      if ("toClient" in step) this.#send(step.toClient);
      else if ("refuse" in step) this.#refuse(step.refuse);
      else if ("breakOff" in step) this.#end();
      else this.#pass(step.toBroker);
    }
  }

  #pass(packet: Packet | Buffer): void {
    const bytes = Buffer.isBuffer(packet) ? packet : generate(packet, { protocolVersion: 4 });
    if (!this.#isOver && !this.push(bytes)) this.#isFull = true;
  }

  /** The connection ends, but not before the broker has handled what came before. It says so at the terminal. */
  #refuse(reason: Reason): void {
    this.#refusal = reason;
    this.#waiting.length = 0;
    // The broker takes packets in their order: with the answer to this one, it has taken them all.
    if (this.#dialect.isConnected) this.#take(this.#dialect.fromClient({ cmd: "pingreq" }, PINGREQ));
    const timer = setTimeout(() => this.#endRefused(reason), SETTLING_MS).unref();
    this.once("close", () => clearTimeout(timer));
    this.#endIfRefused();
  }

  #endIfRefused(): void {
    if (this.#refusal && this.#dialect.isSettled) this.#endRefused(this.#refusal);
  }

  #endRefused(reason: Reason): void {
    this.#dialect.endBecause(reason);
    this.destroy(new Error(reason.why));
  }

  #corrected(packet: Packet): Packet {
    const isResumed = packet.cmd === "connack" && packet.returnCode === 0 && this.#hasSession;
    return isResumed ? { ...packet, sessionPresent: true } : packet;
  }

  /** What the client had to say is over. */
  #end(): void {
    this.#isEnded = true;
    this.#waiting.length = 0;
    if (!this.#isOver) this.push(null);
    this.#isOver = true;
  }

  #send(packet: Packet): void {
    // The last one answers what the client has not sent.
    if (this.#refusal && packet.cmd === "pingresp") return;
    if (this.#socket.writable) this.#socket.write(generate(packet, { protocolVersion: this.#protocolVersion }));
    if (this.#socket.writableLength > MAX_UNREAD_BYTES && !this.destroyed)
      this.#endRefused(
        new Reason(REASON.quotaExceeded, `more than ${MAX_UNREAD_BYTES} bytes wait for it, and it does not read`),
      );
  }
}
