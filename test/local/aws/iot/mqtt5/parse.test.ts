import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { packetReader5 } from "../../../../../local/aws/iot/mqtt5/parse";
import { REASON, Reason } from "../../../../../local/aws/iot/mqtt5/reason";
import { anyText } from "../../../../helpers/any-text";

const bytesOf = (packet: Packet) => generate(packet, { protocolVersion: 5 });
const publish = { cmd: "publish", topic: "a", payload: "x", qos: 0, dup: false, retain: false } as const;
const reasonOf = (bytes: Buffer) => {
  const packet = packetReader5()(bytes);
  return packet instanceof Reason ? packet.code : packet.cmd;
};
const connect = { cmd: "connect", protocolVersion: 5, clientId: "a", clean: true, keepalive: 60 } as const;
const will = { topic: "w", payload: Buffer.from("x"), qos: 1, retain: false } as const;
/** A CONNECT with these properties. */
function connectWith(properties: readonly number[]): Buffer {
  const body = [0, 4, ...Buffer.from("MQTT"), 5, 2, 0, 60, properties.length, ...properties, 0, 1, 97];
  return Buffer.from([0x10, body.length, ...body]);
}
/** The packet with one byte more. */
function withTail(packet: Buffer): Buffer {
  const longer = Buffer.concat([packet, Buffer.from([0])]);
  longer[1] = longer.length - 2;
  return longer;
}
const MALFORMED = REASON.malformedPacket;
const PROTOCOL = REASON.protocolError;

describe("the reader of a connection's packets", () => {
  it.each<Packet>([
    { cmd: "connect", protocolVersion: 5, clientId: "a", clean: true, keepalive: 60 },
    { ...publish, properties: { userProperties: { a: ["1", "2"], b: "3" }, topicAlias: 8 } },
    { ...publish, qos: 1, messageId: 65_535 },
    { cmd: "puback", messageId: 1, reasonCode: 0 },
    { cmd: "puback", messageId: 1, reasonCode: 0x10, properties: { reasonString: "é" } },
    { ...connect, clientId: "", username: "u", password: Buffer.from([0, 255]), will },
    {
      ...connect,
      properties: {
        sessionExpiryInterval: 1,
        receiveMaximum: 1,
        maximumPacketSize: 9,
        requestProblemInformation: false,
      },
      will: {
        ...will,
        properties: { willDelayInterval: 1, payloadFormatIndicator: true, correlationData: Buffer.from([0]) },
      },
    },
    { ...connect, properties: { authenticationMethod: "m", authenticationData: Buffer.from("d") } },
    { ...publish, properties: { payloadFormatIndicator: true, messageExpiryInterval: 5, responseTopic: "r" } },
    { ...publish, payload: Buffer.from([0, 255]) },
    { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/#", qos: 1 }] },
    { cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a"] },
    { cmd: "pingreq" },
    { cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 0 } },
  ])("reads $cmd", (packet) => {
    expect(reasonOf(bytesOf(packet))).toBe(packet.cmd);
  });

  it("reads a DISCONNECT of two bytes", () => {
    expect(packetReader5()(Buffer.from([0xe0, 0]))).toMatchObject({ cmd: "disconnect", reasonCode: 0 });
  });

  it.each<[string, Buffer | Packet, number]>([
    ["QoS 3", Buffer.from([0x36, 3, 0, 1, 97]), MALFORMED],
    ["flags that are another packet's", Buffer.from([0xc1, 0]), MALFORMED],
    ["a topic that does not end", Buffer.from([0x30, 3, 0, 9, 97]), MALFORMED],
    ["a property that does not end", Buffer.from([0x30, 8, 0, 1, 97, 4, 3, 0, 9, 97]), MALFORMED],
    ["a property that no one knows", Buffer.from([0x30, 6, 0, 1, 97, 2, 0x7f, 1]), MALFORMED],
    [
      "a last will at QoS 3",
      Buffer.from("101200044d51545405" + "1e" + "003c" + "00" + "000161" + "00" + "0000" + "0000", "hex"),
      MALFORMED,
    ],
    ["a property of another packet", Buffer.from([0x30, 9, 0, 1, 97, 5, 17, 0, 0, 0, 1]), PROTOCOL],
    ["a property that stands twice", Buffer.from([0x30, 10, 0, 1, 97, 6, 35, 0, 1, 35, 0, 1]), PROTOCOL],
    ["a subscription identifier in a publish", { ...publish, properties: { subscriptionIdentifier: 1 } }, PROTOCOL],
    [
      "a receive maximum of 0",
      { cmd: "connect", protocolVersion: 5, clientId: "a", properties: { receiveMaximum: 0 } },
      PROTOCOL,
    ],
    ["a packet identifier of 0", Buffer.from([0x32, 6, 0, 1, 97, 0, 0, 0]), PROTOCOL],
    ["bytes behind a PINGREQ", Buffer.from([0xc0, 1, 0]), MALFORMED],
    ["bytes behind a CONNECT", withTail(bytesOf(connect)), MALFORMED],
    ["bytes behind a PUBACK", Buffer.from([0x40, 5, 0, 1, 0, 0, 0]), MALFORMED],
    ["bytes behind a DISCONNECT", Buffer.from([0xe0, 3, 0, 0, 0]), MALFORMED],
    ["a topic that is not UTF-8", Buffer.from([0x30, 4, 0, 1, 0xff, 0]), MALFORMED],
    ["a topic with half of a character", Buffer.from([0x30, 6, 0, 3, 0xed, 0xa0, 0x80, 0]), MALFORMED],
    ["a topic with U+0000", Buffer.from([0x30, 4, 0, 1, 0, 0]), MALFORMED],
    ["a user property with U+0000", { ...publish, properties: { userProperties: { a: "b\0" } } }, MALFORMED],
    ["a content type with U+0000", { ...publish, properties: { contentType: "\0" } }, MALFORMED],
    ["a client id with U+0000", { ...connect, clientId: "a\0" }, MALFORMED],
    ["a last will's topic with U+0000", { ...connect, will: { ...will, topic: "a\0" } }, MALFORMED],
    ["a user name with U+0000", { ...connect, username: "a\0" }, MALFORMED],
    ["a filter with U+0000", { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a\0", qos: 0 }] }, MALFORMED],
    ["a filter to forget with U+0000", { cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a\0"] }, MALFORMED],
    ["a payload format of 2", Buffer.from([0x30, 6, 0, 1, 97, 2, 1, 2]), PROTOCOL],
    ["a wish for problem information of 2", connectWith([0x17, 2]), PROTOCOL],
    ["a wish for response information of 2", connectWith([0x19, 2]), PROTOCOL],
    ["authentication data without a method", connectWith([0x16, 0, 1, 97]), PROTOCOL],
    ["PUBREL", { cmd: "pubrel", messageId: 1 }, PROTOCOL],
    ["AUTH", { cmd: "auth", reasonCode: 0x18, properties: { authenticationMethod: "x" } }, PROTOCOL],
    ["what a server sends", { cmd: "suback", messageId: 1, granted: [0] }, PROTOCOL],
  ])("refuses %s", (_what, packet, code) => {
    expect(reasonOf(Buffer.isBuffer(packet) ? packet : bytesOf(packet))).toBe(code);
  });

  it("reads what is well-formed, whatever it says", () => {
    const text = anyText({ minLength: 1 }).filter((each) => !each.includes("\0"));
    const bytes = fc.uint8Array({ minLength: 1 }).map((array) => Buffer.from(array));
    const properties = fc.record(
      {
        payloadFormatIndicator: fc.boolean(),
        contentType: text,
        responseTopic: text,
        correlationData: bytes,
        userProperties: fc.dictionary(text, text, { minKeys: 1 }),
        messageExpiryInterval: fc.nat(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(text, bytes, properties, (name, payload, notes) => {
        const read = packetReader5();
        const last = { ...will, topic: name, payload, properties: { ...notes, willDelayInterval: 1 } };
        expect(read(bytesOf({ ...connect, clientId: name, username: name, will: last }))).toMatchObject({
          clientId: name,
        });
        const topic = name.replaceAll(/[+#]/g, "-");
        expect(read(bytesOf({ ...publish, topic, payload, properties: notes }))).toMatchObject({ topic, payload });
        const subscriptions = [1, 2].map(() => ({ topic: name, qos: 1 as const }));
        const subscribe = { cmd: "subscribe", messageId: 1, subscriptions } as const;
        expect(read(bytesOf(subscribe))).toMatchObject({ cmd: "subscribe" });
        expect(read(bytesOf({ cmd: "unsubscribe", messageId: 1, unsubscriptions: [name, name] }))).toMatchObject({
          unsubscriptions: [name, name],
        });
      }),
    );
  });

  it("returns a packet or a reason for any bytes, and does not throw", () => {
    const body = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(fc.nat(255), body, (first, bytes) => {
        const outcome = packetReader5()(Buffer.from([first, bytes.length, ...bytes]));
        expect(outcome instanceof Reason || typeof outcome.cmd === "string").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("does so for packets that were good before a byte changed", () => {
    const good = bytesOf({
      ...publish,
      qos: 1,
      messageId: 1,
      properties: { contentType: "text", userProperties: { a: "b" }, messageExpiryInterval: 5, responseTopic: "r" },
    });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        if (at === 1) return;
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        const outcome = packetReader5()(bytes);
        expect(outcome instanceof Reason || typeof outcome.cmd === "string").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
