import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { generate, type IConnectPacket, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Authorizer } from "../../../../local/aws/iot/authorizer";
import { Broker } from "../../../../local/aws/iot/broker";
import { DevicePolicy } from "../../../../local/aws/iot/device-policy";
import { eventually } from "../../../helpers/local-run";

/** Everything is allowed but to subscribe to what is refused, and to publish what is forbidden. */
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "iot:*", Resource: "*" },
    { Effect: "Deny", Action: "iot:Publish", Resource: "arn:aws:iot:sa-east-1:123456789012:topic/forbidden/*" },
    { Effect: "Deny", Action: "iot:Subscribe", Resource: "arn:aws:iot:sa-east-1:123456789012:topicfilter/refused" },
  ],
});
const policy = new DevicePolicy(POLICY, "sa-east-1", "123456789012");

let broker: Broker;
let port: number;
let refused: string[];
let sockets: Socket[];

beforeEach(async () => {
  [refused, sockets] = [[], []];
  broker = new Broker({
    authorizer: new Authorizer(policy, () => "attached"),
    deliver: async () => {},
    onRefused: (clientId, why) => refused.push(`${clientId}: ${why}`),
    now: Date.now,
  });
  port = await broker.listen(0);
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await broker.stop();
});

/** A client that sends these packets at once, in one piece. */
function client(
  protocolVersion: 4 | 5,
  ...packets: readonly Packet[]
): { socket: Socket; got: Packet[]; onPacket: (then: (packet: Packet) => void) => void } {
  const socket = connectSocket(port, "127.0.0.1").setNoDelay();
  sockets.push(socket);
  const got: Packet[] = [];
  const reader = parser({ protocolVersion }).on("packet", (packet) => got.push(packet));
  socket.on("data", (bytes) => reader.parse(bytes)).on("error", () => {});
  socket.write(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion }))));
  return { socket, got, onPacket: (then) => reader.on("packet", then) };
}

/** A CONNECT for a session that is kept. */
function keptSession(protocolVersion: 4 | 5, clientId = "a"): IConnectPacket {
  const properties = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 600 } } : {};
  return { cmd: "connect", protocolId: "MQTT", protocolVersion, clientId, clean: false, ...properties };
}

const subscribe = (messageId: number, ...topics: readonly string[]): Packet => {
  return { cmd: "subscribe", messageId, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) };
};

const isPublish = (packet: Packet): packet is IPublishPacket => packet.cmd === "publish";

describe.each([4, 5] as const)("a client of version %i", (version) => {
  it.each<[string, (socket: Socket) => void]>([
    ["says no more", (socket) => socket.end()],
    ["is gone", (socket) => socket.destroy()],
  ])("that %s while it gets what waited for it loses nothing", async (_what, leave) => {
    const COUNT = 60;
    const first = client(version, keptSession(version), subscribe(1, "t"), { cmd: "disconnect" });
    await once(first.socket, "close");
    for (let i = 0; i < COUNT; i += 1) await broker.publish("t", Buffer.from(`${i}`), 1);

    const second = client(version, keptSession(version));
    second.onPacket((packet) => isPublish(packet) && leave(second.socket));
    await once(second.socket, "close");

    const third = client(version, keptSession(version));
    await eventually("all are there", () => third.got.filter(isPublish).length === COUNT);
    expect(third.got.filter(isPublish).map(({ payload }) => String(payload))).toEqual(
      Array.from({ length: COUNT }, (_, i) => `${i}`),
    );
    expect(refused).toEqual([]);
  });

  it("gets what it has not acknowledged once more, marked as a duplicate, and nothing else is", async () => {
    const ack = ({ messageId = 0 }: IPublishPacket) =>
      generate({ cmd: "puback", messageId }, { protocolVersion: version });
    const found = ({ got }: { got: Packet[] }) => got.filter(isPublish).map(({ payload, dup }) => `${payload} ${dup}`);
    const first = client(version, keptSession(version), subscribe(1, "t"));
    await eventually("it is in", () => first.got.some(({ cmd }) => cmd === "suback"));
    for (const word of ["a", "b", "c"]) await broker.publish("t", Buffer.from(word), 1);
    await eventually("it has them", () => found(first).length === 3);
    const [a] = first.got.filter(isPublish);
    if (a) first.socket.end(ack(a));
    await once(first.socket, "close");
    await broker.publish("t", Buffer.from("d"), 1);
    expect(found(first)).toEqual(["a false", "b false", "c false"]);

    const second = client(version, keptSession(version));
    await eventually("it has the others", () => found(second).length === 3);
    expect(found(second)).toEqual(["b true", "c true", "d false"]);
    // The one is closed for the other.
    const third = client(version, keptSession(version));
    await eventually("it has them again", () => found(third).length === 3);
    expect(found(third)).toEqual(["b true", "c true", "d true"]);
    for (const packet of third.got.filter(isPublish)) third.socket.write(ack(packet));
    await broker.publish("t", Buffer.from("e"), 1);
    await eventually("it has one more", () => found(third).length === 4);
    expect(found(third).at(-1)).toBe("e false");
  });

  it("gets all that waited for it, however much that is", async () => {
    const COUNT = 200;
    await once(client(version, keptSession(version), subscribe(1, "t"), { cmd: "disconnect" }).socket, "close");
    for (let i = 0; i < COUNT; i += 1) await broker.publish("t", Buffer.alloc(128 * 1024, i), 1);
    const later = client(version, keptSession(version));
    later.onPacket((packet) => {
      if (isPublish(packet))
        later.socket.write(generate({ cmd: "puback", messageId: packet.messageId ?? 0 }, { protocolVersion: version }));
    });
    await eventually("all are there", () => later.got.filter(isPublish).length === COUNT);
    expect(refused).toEqual([]);
  });

  it("is reported in one line, whatever it asks for", async () => {
    const topic = "forbidden/\nreading stored";
    const publish: Packet = { cmd: "publish", topic, payload: "x", qos: 0, dup: false, retain: false };
    await once(client(version, keptSession(version), publish).socket, "close");
    expect(refused).toEqual(['a: the device policy does not allow it to publish to "forbidden/\\nreading stored"']);
  });

  it("has nothing wait for it of what it was refused", async () => {
    const first = client(version, keptSession(version), subscribe(1, "t", "refused"), { cmd: "disconnect" });
    await once(first.socket, "close");
    expect(refused).toHaveLength(1);
    for (const topic of ["refused", "t"]) await broker.publish(topic, Buffer.from(topic), 1);

    const second = client(version, keptSession(version));
    await eventually("one is there", () => second.got.some(isPublish));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(second.got.filter(isPublish).map(({ topic }) => topic)).toEqual(["t"]);
  });

  it("gets an answer to each of two requests with one packet identifier", async () => {
    const unsubscribe = (...unsubscriptions: string[]): Packet => ({
      cmd: "unsubscribe",
      messageId: 8,
      unsubscriptions,
    });
    const requests = [subscribe(7, "t"), subscribe(7, "u", "v"), unsubscribe("t"), unsubscribe("u", "v")];
    const { got } = client(version, keptSession(version), ...requests);
    await eventually("all are answered", () => got.length === 5);
    const codes = version === 5 ? [[0], [0, 0]] : [undefined, undefined];
    const answers = got.slice(1).map((packet) => [packet.cmd, "granted" in packet ? packet.granted : undefined]);
    expect(answers).toEqual([
      ["suback", [1]],
      ["suback", [1, 1]],
      ["unsuback", codes[0]],
      ["unsuback", codes[1]],
    ]);
    expect(refused).toEqual([]);
  });

  const isIn = (packet: Packet) => packet.cmd === "connack" && (packet.returnCode ?? packet.reasonCode) === 0;

  it("is told that its session is there, without a subscription too, and that another's is not", async () => {
    const presence = async (comer: IConnectPacket) => {
      const { socket, got } = client(version, comer, { cmd: "disconnect" });
      await once(socket, "close");
      return got.map((packet) => packet.cmd === "connack" && packet.sessionPresent);
    };
    const first = keptSession(version);
    const found = [];
    for (const comer of [first, first, { ...first, clean: true }, first]) found.push(await presence(comer));
    // A session of 3.1.1 that is clean ends with its connection; one of 5 that begins clean is kept as long as it asks.
    expect(found.flat()).toEqual([false, true, false, version === 5]);
  });

  it("that does not read holds up nobody, and is closed when too much waits", async () => {
    const [MESSAGES, BYTES] = [150, 128 * 1024];
    const idle = client(version, keptSession(version, "idle"), subscribe(1, "t"));
    const other = client(version, keptSession(version, "other"), subscribe(1, "t"));
    await eventually("both are in", () => [idle, other].every(({ got }) => got.some(({ cmd }) => cmd === "suback")));
    idle.socket.pause();
    for (let i = 0; i < MESSAGES; i += 1) await broker.publish("t", Buffer.alloc(BYTES), 0);
    await eventually("the other has all", () => other.got.filter(isPublish).length === MESSAGES);
    expect(refused).toEqual([
      "idle: its connection is closed: more than 8388608 bytes wait for it, and it does not read",
    ]);
    expect(other.socket.closed).toBe(false);
  });

  it("shares its id with nobody, however many come with it at once", async () => {
    const COUNT = 30;
    const comers = Array.from({ length: COUNT }, (_, i) => {
      const comer = client(version, { ...keptSession(version), clean: i % 2 === 0 }, subscribe(1, "t"));
      // Some go as others come.
      if (i % 3 === 1) comer.onPacket((packet) => isIn(packet) && comer.socket.destroy());
      return comer;
    });
    await eventually("each has had its turn", () => comers.every(({ socket, got }) => socket.closed || got.some(isIn)));
    const last = client(version, keptSession(version), subscribe(1, "t"));
    await eventually("all others are gone", () => comers.every(({ socket }) => socket.closed));
    await eventually("the last one is subscribed", () => last.got.some(({ cmd }) => cmd === "suback"));
    await broker.publish("t", Buffer.from("x"), 1);
    await eventually("it has the message", () => last.got.some(isPublish));
    expect(last.got.filter(isPublish)).toHaveLength(1);
    expect([...new Set(refused)]).toEqual(["a: another connection has its client id, so the older one is closed"]);
  });

  it("comes back while its earlier connection goes, and its session is there", async () => {
    await once(client(version, keptSession(version), subscribe(1, "t"), { cmd: "disconnect" }).socket, "close");
    for (let i = 0; i < 20; i += 1) {
      const earlier = client(version, keptSession(version));
      await eventually("it is in", () => earlier.got.some(isIn));
      // One that ends as the other comes, and one that is closed for it.
      if (i % 2 === 0) earlier.socket.end(generate({ cmd: "disconnect" }, { protocolVersion: version }));
      const later = client(version, keptSession(version));
      await eventually("the other is in", () => later.got.some(isIn));
      await broker.publish("t", Buffer.from(`${i}`), 1);
      await eventually("it has the message", () => later.got.some(isPublish));
      const [message] = later.got.filter(isPublish);
      expect(later.got.filter(isIn)).toMatchObject([{ sessionPresent: true }]);
      expect(String(message?.payload)).toBe(`${i}`);
      later.socket.write(generate({ cmd: "puback", messageId: message?.messageId ?? 0 }, { protocolVersion: version }));
      later.socket.end(generate({ cmd: "disconnect" }, { protocolVersion: version }));
      await once(later.socket, "close");
    }
  });
});
