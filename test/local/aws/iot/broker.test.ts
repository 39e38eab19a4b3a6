import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import fc from "fast-check";
import mqtt, {
  type IClientOptions,
  type IConnackPacket,
  type IDisconnectPacket,
  type IPublishPacket,
  type MqttClient,
} from "mqtt";
import { generate, type Packet, parser } from "mqtt-packet";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { certificateRequest, newKey } from "../../../../cli/device/key-pair";
import { Authorizer } from "../../../../local/aws/iot/authorizer";
import { Broker } from "../../../../local/aws/iot/broker";
import { DevicePolicy } from "../../../../local/aws/iot/device-policy";
import { CertificateAuthority } from "../../../../local/aws/iot/registry/certificate-authority";
import { DeviceRegistry } from "../../../../local/aws/iot/registry/device-registry";
import type { DeviceMessage } from "../../../../local/aws/iot/rule-sql";
import { eventually } from "../../../helpers/local-run";

const ARN = "arn:aws:iot:sa-east-1:123456789012";
/** Whoever is a thing may do everything but write under forbidden/ and listen there. */
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "iot:*",
      Resource: "*",
      Condition: { Bool: { "iot:Connection.Thing.IsAttached": "true" } },
    },
    { Effect: "Deny", Action: "iot:*", Resource: [`${ARN}:topic/forbidden/*`, `${ARN}:topicfilter/forbidden/*`] },
  ],
});

let broker: Broker;
let port: number;
let taken: DeviceMessage[];
let refused: string[];
let late: number;
let clients: MqttClient[];

beforeEach(async () => {
  [taken, refused, late, clients] = [[], [], 0, []];
  broker = new Broker({
    authorizer: new Authorizer(new DevicePolicy(POLICY, "sa-east-1", "123456789012"), () => "attached"),
    deliver: async (message) => void taken.push(message),
    onRefused: (clientId, why) => refused.push(`${clientId}: ${why}`),
    now: () => Date.now() + late,
  });
  port = await broker.listen(0);
});

afterEach(async () => {
  for (const client of clients) client.end(true);
  await broker.stop();
});

async function connect(clientId: string, options: IClientOptions = {}): Promise<MqttClient> {
  const settings = { clientId, protocolVersion: 5 as const, reconnectPeriod: 0, ...options };
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, settings, false);
  client.on("error", () => {});
  clients.push(client);
  return client;
}

/** What a client gets from now on. */
function inbox(client: MqttClient): IPublishPacket[] {
  const packets: IPublishPacket[] = [];
  client.on("message", (_topic, _payload, packet) => packets.push(packet));
  return packets;
}

/** Why the broker ends a client's connection. */
async function reasonOf(client: MqttClient): Promise<number | undefined> {
  const packet = await new Promise<IDisconnectPacket>((resolve) => client.once("disconnect", resolve));
  return packet.reasonCode;
}

/** What the broker answers to these bytes, until it closes the connection, or until there are so many. */
async function answers(
  pieces: readonly Buffer[],
  enough = Number.POSITIVE_INFINITY,
  protocolVersion: 4 | 5 = 5,
): Promise<Packet[]> {
  const socket = connectSocket(port, "127.0.0.1").setNoDelay();
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion }).on("packet", (packet) => {
    if (packets.push(packet) === enough) socket.destroy();
  });
  socket.on("data", (bytes) => reader.parse(bytes)).on("error", () => {});
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  await once(socket, "close");
  return packets;
}

const CONNECT = generate({ cmd: "connect", protocolVersion: 5, clientId: "raw", clean: true }, { protocolVersion: 5 });
const OPTIONS = { protocolVersion: 5 };

describe("messages between clients of both versions", () => {
  it("keep their properties from 5 to 5, and the rule gets the payload alone", async () => {
    const [sender, receiver] = [await connect("a"), await connect("b")];
    const got = inbox(receiver);
    await receiver.subscribeAsync("t/#", { qos: 1 });
    const properties = {
      payloadFormatIndicator: true,
      contentType: "application/json",
      responseTopic: "t/answer",
      correlationData: Buffer.from([0, 255]),
      userProperties: { a: ["1", "2"], b: "é" },
    };
    for (const qos of [0, 1] as const) await sender.publishAsync("t/x", "{}", { qos, properties });
    await eventually("both are there", () => got.length === 2);
    await broker.publish("t/x", Buffer.from("{}"), 1, properties);
    await eventually("that from HTTP is there", () => got.length === 3);
    expect(got.map((packet) => [packet.topic, packet.qos, String(packet.payload), packet.properties])).toEqual(
      [0, 1, 1].map((qos) => ["t/x", qos, "{}", { ...properties, userProperties: { ...properties.userProperties } }]),
    );
    expect(taken.map(({ topic, clientId, payload }) => [topic, clientId, String(payload)])).toEqual([
      ["t/x", "a", "{}"],
      ["t/x", "a", "{}"],
      ["t/x", "n/a", "{}"],
    ]);
  });

  it("go from each version to the other, and from the data plane", async () => {
    const [old, recent] = [await connect("a", { protocolVersion: 4 }), await connect("b")];
    const [toOld, toRecent] = [inbox(old), inbox(recent)];
    await Promise.all([old.subscribeAsync("t", { qos: 1 }), recent.subscribeAsync("t", { qos: 1 })]);
    await recent.publishAsync("t", "from 5", { qos: 1, properties: { contentType: "text" } });
    await old.publishAsync("t", "from 3.1.1", { qos: 1 });
    await broker.publish("t", Buffer.from("from HTTP"), 1);
    await eventually("all are there", () => toOld.length === 3 && toRecent.length === 3);
    for (const got of [toOld, toRecent])
      expect(got.map(({ payload }) => String(payload)).sort()).toEqual(["from 3.1.1", "from 5", "from HTTP"]);
  });

  it("answer a request on the topic that it names", async () => {
    const [asking, answering] = [await connect("a"), await connect("b")];
    const got = inbox(asking);
    await Promise.all([asking.subscribeAsync("answers/a"), answering.subscribeAsync("requests")]);
    answering.on("message", (_topic, _payload, { properties }) => {
      const { responseTopic = "", correlationData = Buffer.alloc(0) } = properties ?? {};
      answering.publish(responseTopic, "yes", { properties: { correlationData } });
    });
    const properties = { responseTopic: "answers/a", correlationData: Buffer.from("7") };
    await asking.publishAsync("requests", "?", { properties });
    await eventually("the answer is there", () => got.length === 1);
    expect(got[0]?.properties?.correlationData).toEqual(Buffer.from("7"));
  });

  it("may name their topic by an alias", async () => {
    const client = await connect("a");
    await client.publishAsync("t/long", "1", { qos: 1, properties: { topicAlias: 8 } });
    await client.publishAsync("", "2", { qos: 1, properties: { topicAlias: 8 } });
    expect(taken.map(({ topic, payload }) => [topic, String(payload)])).toEqual([
      ["t/long", "1"],
      ["t/long", "2"],
    ]);
  });

  it("reach no one when they have expired, and say how long they have otherwise", async () => {
    const session = { clean: false, properties: { sessionExpiryInterval: 600 } };
    const first = await connect("b", session);
    await first.subscribeAsync("t", { qos: 1 });
    await first.endAsync();
    const sender = await connect("a");
    for (const messageExpiryInterval of [5, 60]) {
      await sender.publishAsync("t", `${messageExpiryInterval}`, { qos: 1, properties: { messageExpiryInterval } });
      await broker.publish("t", Buffer.from(`${messageExpiryInterval} by HTTP`), 1, { messageExpiryInterval });
    }
    late = 10_000;
    const again = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId: "b",
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...session,
    });
    clients.push(again);
    const got = inbox(again);
    await eventually("two are there", () => got.length > 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(got.map(({ payload }) => String(payload))).toEqual(["60", "60 by HTTP"]);
    for (const { properties } of got) {
      expect(properties?.messageExpiryInterval).toBeGreaterThanOrEqual(48);
      expect(properties?.messageExpiryInterval).toBeLessThan(50);
    }
  });

  it("are no more at a time than the client takes", async () => {
    const receiver = await connect("b", { properties: { receiveMaximum: 2 } });
    const got = inbox(receiver);
    // Only then does the library acknowledge.
    const acknowledge: (() => void)[] = [];
    receiver.handleMessage = (_packet, done) => void acknowledge.push(done);
    await receiver.subscribeAsync("t", { qos: 1 });
    const sender = await connect("a");
    for (const text of ["1", "2", "3"]) await sender.publishAsync("t", text, { qos: 1 });
    await eventually("one is there", () => acknowledge.length === 1);
    for (const wanted of [2, 3]) {
      acknowledge[wanted - 2]?.();
      await eventually("the next is there", () => acknowledge.length === wanted);
    }
    expect(got.map(({ payload }) => String(payload))).toEqual(["1", "2", "3"]);
  });
});

describe("sessions of MQTT 5", () => {
  const kept = { clean: false, properties: { sessionExpiryInterval: 600 } };
  /** Whether a session is there, and the connection that asked. */
  async function resumed(options: IClientOptions): Promise<boolean> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId: "a",
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...options,
    });
    clients.push(client);
    const answer = await new Promise<IConnackPacket>((resolve) => client.once("connect", resolve));
    await client.endAsync();
    return answer.sessionPresent;
  }

  async function subscribed(options: IClientOptions, end: object = {}): Promise<void> {
    const client = await connect("a", options);
    await client.subscribeAsync("t", { qos: 1 });
    await client.endAsync(false, end);
    // The broker has seen it go.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  it.each<[string, IClientOptions, object, IClientOptions, boolean]>([
    ["kept for a while is resumed", kept, {}, kept, true],
    ["begun by a clean start is resumed as well", { ...kept, clean: true }, {}, kept, true],
    ["without expiry is not kept", { clean: false }, {}, kept, false],
    ["kept is ended by a clean start", kept, {}, { ...kept, clean: true }, false],
    [
      "kept is ended by a DISCONNECT that says so",
      kept,
      { reasonCode: 0, properties: { sessionExpiryInterval: 0 } },
      kept,
      false,
    ],
    ["of 5 is not resumed by 3.1.1", kept, {}, { protocolVersion: 4, clean: false }, false],
    ["of 3.1.1 is not resumed by 5", { protocolVersion: 4, clean: false }, {}, kept, false],
    [
      "of 3.1.1 is resumed by 3.1.1",
      { protocolVersion: 4, clean: false },
      {},
      { protocolVersion: 4, clean: false },
      true,
    ],
  ])("a session that is %s", async (_what, first, end, second, isPresent) => {
    await subscribed(first, end);
    expect(await resumed(second)).toBe(isPresent);
  });

  it("forgets at a clean start what waited for the session before", async () => {
    await subscribed(kept);
    await broker.publish("t", Buffer.from("x"), 1);
    await resumed({ ...kept, clean: true });
    const client = await connect("a", kept);
    const got = inbox(client);
    await client.subscribeAsync("t", { qos: 1 });
    await broker.publish("t", Buffer.from("y"), 1);
    await eventually("it is there", () => got.length > 0);
    expect(got.map(({ payload }) => String(payload))).toEqual(["y"]);
  });
});

describe("a client of MQTT 5 that is refused", () => {
  it.each<[string, string, string, object, number]>([
    ["what the policy does not allow", "forbidden/x", "x", {}, 0x87],
    ["at QoS 2", "t", "x", { qos: 2 }, 0x9b],
    ["to a topic of eight slashes", "1/2/3/4/5/6/7/8/9", "x", {}, 0x90],
    ["more than 128 KB", "t", "x".repeat(131_073), {}, 0x97],
  ])("publishes %s and is told so", async (_what, topic, payload, options, code) => {
    const client = await connect("a");
    client.publish(topic, payload, { qos: 1, ...options });
    expect(await reasonOf(client)).toBe(code);
    expect(refused).toHaveLength(1);
    expect(taken).toEqual([]);
  });

  it("subscribes to eight filters at a time", async () => {
    const filters = Array.from({ length: 8 }, (_, i) => `t/${i}`);
    const [old, recent] = [await connect("a", { protocolVersion: 4 }), await connect("b")];
    for (const client of [old, recent]) expect(await client.subscribeAsync(filters)).toHaveLength(8);
  });

  it("subscribes, and gets a code for each filter", async () => {
    const client = await connect("a");
    const granted = await new Promise<number[]>((resolve) => {
      client.on("packetreceive", (packet) => packet.cmd === "suback" && resolve(packet.granted as number[]));
      client.subscribe({ "t/a": { qos: 0 }, "forbidden/x": { qos: 1 }, "t/b": { qos: 1 } }, () => {});
    });
    expect(granted).toEqual([0, 0x87, 1]);
  });

  it.each<[string, string, object, number]>([
    ["at QoS 2", "t", { qos: 2 }, 0x9b],
    ["with an identifier", "t", { properties: { subscriptionIdentifier: 1 } }, 0xa1],
  ])("subscribes %s and is told so", async (_what, filter, options, code) => {
    const client = await connect("a");
    client.subscribe(filter, { qos: 0, ...options }, () => {});
    expect(await reasonOf(client)).toBe(code);
  });

  it.each<[string, IClientOptions, number]>([
    ["under a name that no thing has", { clientId: "no/thing" }, 0x87],
    ["without a name", { clientId: "" }, 0x87],
    [
      "with a last will that is not allowed",
      { will: { topic: "forbidden/x", payload: Buffer.from("x"), qos: 0 as const, retain: false } },
      0x87,
    ],
    [
      "with a last will at QoS 2",
      { will: { topic: "t", payload: Buffer.from("x"), qos: 2 as const, retain: false } },
      0x9b,
    ],
  ])("connects %s and is told so", async (_what, options, code) => {
    await expect(connect("a", options)).rejects.toMatchObject({ code });
  });

  it.each<[string, 4 | 5, string, number | undefined]>([
    ["128 bytes", 4, "é".repeat(64), 5],
    ["128 bytes", 5, "é".repeat(64), 0x87],
    ["more", 4, "i".repeat(129), 2],
    ["more", 5, "i".repeat(129), 0x85],
  ])(
    "connects with a client id of %s and version %i, and is told so",
    async (_what, protocolVersion, clientId, code) => {
      await expect(connect(clientId, { protocolVersion })).rejects.toMatchObject({ code });
      expect(refused).toHaveLength(1);
    },
  );

  it.each<[string, string | string[], number]>([
    ["a filter of 257 bytes", "f".repeat(257), 0x8f],
    ["a filter of 8 slashes", "1/2/3/4/5/6/7/8/9", 0x8f],
    ["nine filters", Array.from({ length: 9 }, (_, i) => `t/${i}`), 0x97],
  ])("subscribes to %s and is closed, by either version", async (_what, filter, code) => {
    const [old, recent] = [await connect("a", { protocolVersion: 4 }), await connect("b")];
    const closed = new Promise((resolve) => old.once("close", () => resolve(undefined)));
    for (const client of [old, recent]) client.subscribe(filter, () => {});
    expect(await reasonOf(recent)).toBe(code);
    await closed;
    expect(refused).toHaveLength(2);
  });

  it.each([4, 5] as const)(
    "is one alone of many that connect at once with its name and version %i",
    async (version) => {
      const open = new Set<Socket>();
      const opened = Array.from({ length: 30 }, () => {
        const socket = connectSocket(port, "127.0.0.1").on("error", () => {});
        open.add(socket.once("close", () => open.delete(socket)).resume());
        socket.write(generate({ ...connectPacket(version), clientId: "same" } as Packet, { protocolVersion: version }));
        return once(socket, "connect");
      });
      await Promise.all(opened);
      await eventually("one is left", () => open.size === 1, 10_000);
      const [last] = open;
      last?.destroy();
      await (await connect("same")).publishAsync("t", "x", { qos: 1 });
      expect(taken.at(-1)).toMatchObject({ topic: "t", clientId: "same" });
    },
  );

  it("hears that another took its place, and that the broker ends", async () => {
    const older = await connect("a");
    const newer = connect("a");
    expect(await reasonOf(older)).toBe(0x8e);
    const reason = reasonOf(await newer);
    await broker.stop();
    expect(await reason).toBe(0x8b);
  });

  it("publishes its last will, with its properties, unless it takes it back", async () => {
    const watcher = await connect("b");
    const got = inbox(watcher);
    await watcher.subscribeAsync("wills/#", { qos: 1 });
    const will = (name: string) => ({
      will: {
        topic: `wills/${name}`,
        payload: Buffer.from("bye"),
        qos: 1 as const,
        retain: false,
        properties: { contentType: "c" },
      },
    });
    (await connect("gone", will("gone"))).stream.destroy();
    await (await connect("kept", will("kept"))).endAsync(false, { reasonCode: 4 });
    await (await connect("back", will("back"))).endAsync();
    await eventually("two are there", () => got.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(got.map(({ topic, properties }) => [topic, properties?.contentType]).sort()).toEqual([
      ["wills/gone", "c"],
      ["wills/kept", "c"],
    ]);
  });
});

/** The bytes of these packets, in this version. */
function bytesOf(protocolVersion: 4 | 5, ...packets: readonly Packet[]): Buffer {
  return Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion })));
}

function connectPacket(protocolVersion: 4 | 5): Packet {
  return { cmd: "connect", protocolVersion, clientId: "raw", clean: true };
}

/** So many publishes at QoS 1. */
function publishes(count: number): Packet[] {
  return Array.from({ length: count }, (_, i) => {
    return { cmd: "publish", topic: "t", payload: `${i}`, qos: 1, messageId: i + 1, dup: false, retain: false };
  });
}

describe.each([4, 5] as const)("a client of version %i that sends all at once", (version) => {
  it("is told of a hundred publishes, whatever comes behind them", async () => {
    const malformedPacket = Buffer.from([0x00, 0]);
    const bytes = bytesOf(version, connectPacket(version), ...publishes(100), { cmd: "pingreq" });
    const packets = await answers([Buffer.concat([bytes, malformedPacket])], undefined, version);
    expect(packets.filter(({ cmd }) => cmd === "puback")).toHaveLength(100);
    expect(packets.at(-1)?.cmd).toBe(version === 5 ? "disconnect" : "puback");
    expect(taken).toHaveLength(100);
    expect(refused).toHaveLength(1);
  });

  it("gets a code for each filter, also for one that stands twice", async () => {
    const subscriptions = ["t", "u", "t"].map((topic, i) => ({ topic, qos: i > 0 ? (1 as const) : (0 as const) }));
    const subscribe = bytesOf(version, connectPacket(version), { cmd: "subscribe", messageId: 1, subscriptions });
    const [, suback] = await answers([subscribe], 2, version);
    expect(suback).toMatchObject({ cmd: "suback", granted: [1, 1, 1] });
  });

  it("gets a hundred messages at a time until it acknowledges", async () => {
    const subscribe: Packet = { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 1 }] };
    const socket = connectSocket(port, "127.0.0.1").setNoDelay();
    const got: number[] = [];
    let isSubscribed = false;
    const reader = parser({ protocolVersion: version }).on("packet", ({ cmd, messageId = 0 }) => {
      if (cmd === "publish") got.push(messageId);
      if (cmd === "suback") isSubscribed = true;
    });
    socket.on("data", (bytes) => reader.parse(bytes)).write(bytesOf(version, connectPacket(version), subscribe));
    await eventually("it has subscribed", () => isSubscribed);
    for (let i = 0; i < 120; i += 1) await broker.publish("t", Buffer.from(`${i}`), 1);
    await eventually("a hundred come", () => got.length >= 100);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(got).toHaveLength(100);
    socket.write(bytesOf(version, ...got.slice(0, 7).map((messageId) => ({ cmd: "puback" as const, messageId }))));
    await eventually("as many come as were acknowledged", () => got.length === 107);
    socket.destroy();
  });

  it.each([
    ["behind the CONNECT", connectPacket(version)],
    ["as the CONNECT", undefined],
  ])("and is too large is closed by the packet's first bytes, %s", async (_what, connect) => {
    const head = connect ? Buffer.from([0x32, 0x80, 0x80, 0x80, 0x01]) : Buffer.from([0x10, 0x80, 0x80, 0x80, 0x01]);
    const first = connect ? bytesOf(version, connect) : Buffer.alloc(0);
    await answers([first, head, Buffer.from([0, 4, ...Buffer.from("MQTT"), version, 2, 0, 60])], undefined, version);
    expect(refused).toEqual([expect.stringMatching(/a packet has at most 149504 bytes, this one 2097157$/)]);
  });

  it("is not reported when it ends well", async () => {
    const bytes = bytesOf(version, connectPacket(version), ...publishes(40), { cmd: "disconnect" });
    await answers([bytes], undefined, version);
    await eventually("all are taken", () => taken.length === 40);
    expect(refused).toEqual([]);
  });
});

describe("a client of version 3.1.1 that sends all at once", () => {
  it("has its publishes beyond a hundred wait", async () => {
    const bytes = bytesOf(4, connectPacket(4), ...publishes(250));
    const packets = await answers([bytes], 251, 4);
    expect(packets.filter(({ cmd }) => cmd === "puback")).toHaveLength(250);
    expect(taken.map(({ payload }) => String(payload))).toEqual(publishes(250).map((_, i) => `${i}`));
    expect(refused).toEqual([]);
  });
});

describe("a client of version 5 that sends all at once", () => {
  it("is told of the hundred that it may, and is closed", async () => {
    const packets = await answers([bytesOf(5, connectPacket(5), ...publishes(150))]);
    expect(packets.filter(({ cmd }) => cmd === "puback")).toHaveLength(100);
    expect(packets.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x93 });
    expect(taken).toHaveLength(100);
  });
});

describe("the bytes of MQTT 3.1.1", () => {
  const connect = (change: object) => generate({ ...connectPacket(4), ...change } as Packet);
  const level = (name: string, version: number) => {
    const bytes = [0, name.length, ...Buffer.from(name), version, 2, 0, 60, 0, 1, 97];
    return Buffer.from([0x10, bytes.length, ...bytes]);
  };

  it.each<[string, Buffer, number | undefined]>([
    ["3.1", level("MQIsdp", 3), 1],
    ["3.1 by another name", level("MQTT", 3), 1],
    ["a bridge of 3.1", level("MQIsdp", 0x83), 1],
    ["a bridge of 3.1.1", level("MQTT", 0x84), 1],
    ["a version to come", level("MQTT", 6), 1],
    ["a kept session without a client id", connect({ clientId: "", clean: true }).fill(0, 9, 10), 2],
    ["no client id", connect({ clientId: "" }), 5],
    ["another protocol", level("HTTP", 4), undefined],
    ["a packet before the CONNECT", Buffer.from([0xc0, 0]), undefined],
  ])("are refused that ask for %s", async (_what, bytes, returnCode) => {
    const packets = await answers([bytes], undefined, 4);
    expect(packets).toEqual(returnCode === undefined ? [] : [expect.objectContaining({ cmd: "connack", returnCode })]);
    expect(refused).toHaveLength(1);
  });

  it.each([
    ["a publish at QoS 2", bytesOf(4, { ...publishes(1)[0], qos: 2 } as Packet)],
    ["PUBREC", Buffer.from([0x50, 2, 0, 1])],
    ["PUBREL", Buffer.from([0x62, 2, 0, 1])],
    ["PUBCOMP", Buffer.from([0x70, 2, 0, 1])],
    ["a publish with packet identifier 0", Buffer.from([0x32, 5, 0, 1, 97, 0, 0])],
    ["a subscription with packet identifier 0", Buffer.from([0x82, 6, 0, 0, 0, 1, 97, 0])],
    ["PUBACK with packet identifier 0", Buffer.from([0x40, 2, 0, 0])],
    ["a second CONNECT", connect({})],
    ["a filter that is none", Buffer.from([0x82, 7, 0, 1, 0, 2, 97, 35, 0])],
  ])("end the connection: %s", async (_what, bytes) => {
    const packets = await answers([connect({}), bytes], undefined, 4);
    expect(packets.map(({ cmd }) => cmd)).toEqual(["connack"]);
    expect([refused.length, taken.length]).toEqual([1, 0]);
  });
});

describe("a connection with a certificate", () => {
  const [THING, POLICY_NAME] = ["a", "policy"];
  let authority: CertificateAuthority;
  let registry: DeviceRegistry;
  let withCertificates: Broker;
  let tlsPort: number;

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
  });
  beforeEach(async () => {
    registry = new DeviceRegistry(`${ARN}:`, POLICY_NAME);
    registry.createThing(THING, {});
    withCertificates = new Broker({
      authorizer: new Authorizer(new DevicePolicy(POLICY, "sa-east-1", "123456789012"), (certificate, thing) =>
        registry.standing(certificate, thing),
      ),
      deliver: async () => {},
      onRefused: () => {},
      now: Date.now,
    });
    registry.onWithdrawal(() => withCertificates.endRefused());
    await withCertificates.listen(0);
    tlsPort = await withCertificates.listenTls(0, { ...(await authority.serverIdentity()), ca: authority.pem });
  });
  afterEach(() => withCertificates.stop());

  /** A certificate with which the thing may connect. */
  async function certified(): Promise<{ id: string; arn: string; key: string; cert: string }> {
    const key = await newKey();
    const { id, arn, pem } = registry.addCertificate(await authority.sign(await certificateRequest(THING, key)), true);
    registry.attachPolicy(POLICY_NAME, arn);
    registry.attachThing(THING, arn);
    return { id, arn, key, cert: pem };
  }

  function session({ key, cert }: { key: string; cert: string }, protocolVersion: 4 | 5): MqttClient {
    const client = mqtt.connect(`mqtts://127.0.0.1:${tlsPort}`, {
      ...{ clientId: THING, protocolVersion, clean: false, reconnectPeriod: 0, ca: authority.pem, key, cert },
      ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 600 } }),
    });
    client.on("error", () => {});
    clients.push(client);
    return client;
  }

  describe.each([4, 5] as const)("of version %i", (version) => {
    it.each<[string, (id: string, arn: string) => void]>([
      ["is deactivated", (id) => registry.updateCertificate(id, "INACTIVE")],
      ["loses its policy", (_, arn) => registry.detachPolicy(POLICY_NAME, arn)],
      ["loses its thing", (_, arn) => registry.detachThing(THING, arn)],
    ])("ends when that %s, and loses no command to its successor", async (_what, withdraw) => {
      const [old, next] = [await certified(), await certified()];
      const client = session(old, version);
      await client.subscribeAsync("t", { qos: 1 });
      const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
      const reason = version === 5 ? reasonOf(client) : undefined;
      withdraw(old.id, old.arn);
      await withCertificates.publish("t", Buffer.from("command"), 1);
      await closed;
      expect(await reason).toBe(version === 5 ? 0x87 : undefined);
      const got = inbox(session(next, version));
      await eventually("the command is there", () => got.length > 0);
      expect(got.map(({ payload }) => String(payload))).toEqual(["command"]);
    });
  });

  it("hears that the broker ends, which does not wait for one that never said what it wants", async () => {
    const silent = connectSocket(tlsPort, "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    const client = session(await certified(), 5);
    await client.subscribeAsync("t");
    const [reason, closed] = [reasonOf(client), once(silent, "close")];
    await withCertificates.stop();
    await closed;
    expect(await reason).toBe(0x8b);
  });

  it("stays when another one's certificate is deactivated", async () => {
    const [own, other] = [await certified(), await certified()];
    const client = session(own, 5);
    await client.subscribeAsync("t", { qos: 1 });
    registry.updateCertificate(other.id, "INACTIVE");
    await client.publishAsync("t", "x", { qos: 1 });
    expect(client.connected).toBe(true);
  });
});

describe("the bytes of MQTT 5", () => {
  it("mean the same in whatever pieces they come", async () => {
    const bytes = Buffer.concat([
      CONNECT,
      generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 1 }] }, OPTIONS),
      generate(
        { cmd: "publish", topic: "p", payload: "x".repeat(200), qos: 1, messageId: 2, dup: false, retain: false },
        OPTIONS,
      ),
      generate({ cmd: "unsubscribe", messageId: 3, unsubscriptions: ["t"] }, OPTIONS),
      generate({ cmd: "pingreq" }, OPTIONS),
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const packets = await answers(
          ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)),
          5,
        );
        expect(packets.map(({ cmd }) => cmd).sort()).toEqual(["connack", "pingresp", "puback", "suback", "unsuback"]);
        expect(taken.splice(0).map(({ topic, payload }) => [topic, payload.length])).toEqual([["p", 200]]);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[string, Buffer, number]>([
    ["a packet of a reserved type", Buffer.from([0x00, 0]), 0x81],
    ["a topic that does not end", Buffer.from([0x30, 3, 0, 9, 97]), 0x81],
    ["a second CONNECT", CONNECT, 0x82],
    ["AUTH", Buffer.from([0xf0, 0]), 0x82],
    ["an alias of 9", Buffer.from([0x30, 7, 0, 1, 97, 3, 35, 0, 9]), 0x94],
    ["an alias that stands for nothing", Buffer.from([0x30, 6, 0, 0, 3, 35, 0, 1]), 0x82],
    [
      "a filter that is none",
      generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a#", qos: 0 }] }, OPTIONS),
      0x8f,
    ],
    ["a topic with a wildcard", Buffer.from([0x30, 4, 0, 1, 35, 0]), 0x90],
    ["a packet of 200 KB, by its first bytes", Buffer.from([0x30, 0x80, 0x8a, 0x0c]), 0x95],
  ])("end the connection with the reason: %s", async (_what, bytes, reasonCode) => {
    const packets = await answers([CONNECT, bytes]);
    expect(packets.map((packet) => [packet.cmd, "reasonCode" in packet && packet.reasonCode])).toEqual([
      ["connack", 0],
      ["disconnect", reasonCode],
    ]);
    expect(refused).toEqual([expect.stringMatching(/^raw: its connection is closed: /)]);
  });

  it("end the connection whatever they are, and the broker goes on", async () => {
    // Without a DISCONNECT: who has said goodbye is not waited for, and may lose what it has not read.
    const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).filter((bytes) => !bytes.includes(0xe0));
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        // Behind them something that ends it in any case: a packet type that is reserved.
        const end = Buffer.alloc(256 * 1024);
        const [connack] = await answers([CONNECT, Buffer.from(bytes), end]);
        expect(connack).toMatchObject({ cmd: "connack", reasonCode: 0 });
      }),
      { numRuns: 40 },
    );
    await (await connect("a")).publishAsync("t", "x", { qos: 1 });
    expect(taken.at(-1)).toMatchObject({ topic: "t", clientId: "a" });
  });

  it("are told from another protocol by the first", async () => {
    expect(await answers([Buffer.from("GET / HTTP/1.1\r\n\r\n")])).toEqual([]);
  }, 10_000);

  it("are answered with a CONNACK where the CONNECT is bad", async () => {
    const bad = Buffer.from(CONNECT);
    // The reserved flag.
    bad[9] = 3;
    expect(await answers([bad])).toMatchObject([{ cmd: "connack", reasonCode: 0x81 }]);
  });
});
