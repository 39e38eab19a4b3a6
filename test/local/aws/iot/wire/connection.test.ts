import { once } from "node:events";
import { duplexPair } from "node:stream";
import { generate } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { ClientConnection } from "../../../../../local/aws/iot/wire/connection";
import type { Dialect } from "../../../../../local/aws/iot/wire/dialect";
import { packetReader } from "../../../../../local/aws/iot/wire/parse";

const CONNECT = generate({ cmd: "connect", protocolVersion: 4, clientId: "a", clean: true });
const CONNACK = generate({ cmd: "connack", returnCode: 0, sessionPresent: false });

/** A connection whose packets cannot be handled, and the client's end of its socket. */
function faulty() {
  const fail = () => {
    throw new Error("cannot be handled");
  };
  const dialect: Dialect = {
    ...{ isWaiting: false, isConnected: true, isRefused: false, isSettled: true },
    ...{ unacknowledged: new Set<number>(), resume: () => {} },
    ...{ fromClient: fail, fromBroker: fail, endBecause: () => {}, farewell: () => undefined },
  };
  const [socket, client] = duplexPair();
  return { client: client.resume(), connection: new ClientConnection(socket, 4, dialect, packetReader(4)) };
}

describe("ClientConnection", () => {
  it("ends when a packet of its client cannot be handled", async () => {
    const { client, connection } = faulty();
    const failed = once(connection, "error");
    client.write(CONNECT);
    expect(await failed).toEqual([new Error("cannot be handled")]);
    expect(connection.destroyed).toBe(true);
  });

  it("ends when a packet of the broker cannot be handled", async () => {
    const { connection } = faulty();
    const failed = once(connection, "error");
    connection.write(CONNACK);
    expect(await failed).toEqual([new Error("cannot be handled")]);
    expect(connection.destroyed).toBe(true);
  });
});
