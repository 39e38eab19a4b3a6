import type { Duplex } from "node:stream";
import { ClientConnection } from "../wire/connection";
import type { Agreement } from "./agreement";
import { packetReader5 } from "./parse";
import { Translation } from "./translation";

/** A client of MQTT 5. */
export class Mqtt5Connection extends ClientConnection {
  readonly #translation: Translation;

  constructor(socket: Duplex, now: () => number) {
    const translation = new Translation(now);
    super(socket, 5, translation, packetReader5());
    this.#translation = translation;
  }

  /** Undefined before the CONNECT. */
  get agreed(): Agreement | undefined {
    return this.#translation.agreed;
  }
}
