import { Duplex } from "node:stream";
import { generate, type Packet, parser } from "mqtt-packet";
import { type Agreement, MAX_PACKET_BYTES } from "../mqtt5/agreement";
import { packetReader } from "../mqtt5/parse";
import { Reason } from "../mqtt5/reason";
import { Translation } from "../mqtt5/translation";
import { Frames } from "./frames";
import type { Step } from "./step";

/** How long a client that was told why may take to go. */
const LINGER_MS = 1000;

/** A client of MQTT 5, as the broker sees it: a connection of 3.1.1. */
export class Mqtt5Connection extends Duplex {
  readonly #socket: Duplex;
  readonly #frames = new Frames(MAX_PACKET_BYTES);
  readonly #read = packetReader();
  readonly #fromBroker = parser({ protocolVersion: 4 });
  readonly #translation: Translation;
  /** Packets that wait for the CONNACK, and what stands behind them. */
  readonly #waiting: Buffer[] = [];
  #fault: Reason | undefined;
  /** Whether the client says no more, and whether the broker knows. */
  #isEnded = false;
  #isOver = false;
  #isPumping = false;

  constructor(socket: Duplex, now: () => number) {
    super();
    this.#socket = socket;
    this.#translation = new Translation(now);
    this.#fromBroker.on("packet", (packet) => this.#take(this.#translation.fromBroker(packet)));
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.once("end", () => this.#closed());
    socket.once("close", () => this.#closed());
    socket.on("error", (error) => this.destroy(error));
  }

  /** Undefined before the CONNECT. */
  get agreed(): Agreement | undefined {
    return this.#translation.agreed;
  }

  /** Remembers why the broker is about to end the connection, so that the client is told. */
  endBecause(reason: Reason): void {
    this.#translation.endBecause(reason);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#fromBroker.parse(chunk);
    // The CONNACK may be among them.
    this.#pump();
    if (this.#socket.writableNeedDrain) this.#socket.once("drain", done);
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const farewell = this.#translation.farewell();
    if (farewell) this.#send(farewell);
    // Closed with something unread, the socket would take its last words back.
    if (farewell || this.#translation.isRefused) {
      this.#socket.resume();
      this.#socket.end();
      const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
      this.#socket.once("close", () => clearTimeout(timer));
    } else this.#socket.destroy();
    done(error);
  }

  #received(chunk: Buffer): void {
    if (this.destroyed || this.#isEnded) return;
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
    while (!this.destroyed && !this.#translation.isAsking) {
      const frame = this.#waiting.shift();
      if (frame === undefined) {
        if (this.#fault) this.#refuse(this.#fault);
        else if (this.#isEnded) this.#end();
        break;
      }
      const packet = this.#read(frame);
      if (packet instanceof Reason) this.#refuse(packet);
      else this.#take(this.#translation.fromClient(packet));
    }
    this.#isPumping = false;
  }

  #take(steps: readonly Step[]): void {
    for (const step of steps) {
      if ("toClient" in step) this.#send(step.toClient);
      else if ("refuse" in step) this.#refuse(step.refuse);
      else if ("breakOff" in step) this.#end();
      else if (!this.#isOver && !this.push(generate(step.toBroker, { protocolVersion: 4 }))) this.#socket.pause();
    }
  }

  /** The broker says so at the terminal. */
  #refuse(reason: Reason): void {
    this.#translation.endBecause(reason);
    this.destroy(new Error(reason.why));
  }

  /** What the client had to say is over. */
  #end(): void {
    this.#isEnded = true;
    this.#waiting.length = 0;
    if (!this.#isOver) this.push(null);
    this.#isOver = true;
  }

  #send(packet: Packet): void {
    if (this.#socket.writable) this.#socket.write(generate(packet, { protocolVersion: 5 }));
  }
}
