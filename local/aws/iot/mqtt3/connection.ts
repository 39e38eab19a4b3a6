import type { Duplex } from "node:stream";
import { ClientConnection } from "../wire/connection";
import { packetReader3 } from "./parse";
import { Passage } from "./passage";

/** A client of MQTT 3.1.1. */
export class Mqtt3Connection extends ClientConnection {
  constructor(socket: Duplex) {
    super(socket, 4, new Passage(), packetReader3());
  }
}
