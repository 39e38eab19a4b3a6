import fc from "fast-check";
import { generate } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { packetReader3 } from "../../../../../local/aws/iot/mqtt3/parse";
import { REASON, Reason } from "../../../../../local/aws/iot/mqtt5/reason";

/** A CONNECT of this protocol, with a length field of one byte or two. */
function connect(name: string, level: number, clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const body = [0, name.length, ...Buffer.from(name), level, 2, 0, 60, 0, id.length, ...id];
  const length = body.length < 128 ? [body.length] : [(body.length % 128) | 0x80, Math.floor(body.length / 128)];
  return Buffer.from([0x10, ...length, ...body]);
}

describe("the reader of a connection's packets of 3.1.1", () => {
  it("reads a CONNECT of no other level, however long it is", () => {
    fc.assert(
      fc.property(fc.constantFrom("MQTT", "MQIsdp"), fc.nat(255), fc.nat(200), (name, level, length) => {
        const outcome = packetReader3()(connect(name, level, "i".repeat(length)));
        if (name === "MQTT" && level === 4) expect(outcome).toMatchObject({ cmd: "connect" });
        else expect(outcome).toMatchObject({ code: REASON.unsupportedProtocolVersion });
      }),
    );
  });

  it("returns a packet or a reason for any bytes, and does not throw", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 120 }), (first, bytes) => {
        const outcome = packetReader3()(Buffer.from([first, bytes.length, ...bytes]));
        expect(outcome instanceof Reason || typeof outcome.cmd === "string").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["a CONNECT of 5 with a flag that is reserved", connect("MQTT", 5, "a").fill(0x11, 0, 1)],
    ["bytes behind a PINGREQ", Buffer.from([0xc0, 1, 0])],
    ["bytes behind a PUBACK", Buffer.from([0x40, 3, 0, 1, 0])],
    ["bytes behind a DISCONNECT", Buffer.from([0xe0, 1, 0])],
    ["a topic that is not UTF-8", Buffer.from([0x30, 3, 0, 1, 0xff])],
    ["a topic with U+0000", Buffer.from([0x30, 3, 0, 1, 0])],
    ["a client id with U+0000", connect("MQTT", 4, "a\0")],
  ])("refuses %s", (_what, bytes) => {
    expect(packetReader3()(bytes)).toMatchObject({ code: REASON.malformedPacket });
  });

  it("reads what follows a CONNECT as 3.1.1", () => {
    const read = packetReader3();
    read(connect("MQTT", 4, "a"));
    const publish = {
      cmd: "publish",
      topic: "t",
      payload: "x",
      qos: 1,
      messageId: 7,
      dup: false,
      retain: false,
    } as const;
    expect(read(generate(publish))).toMatchObject({ topic: "t", messageId: 7, payload: Buffer.from("x") });
  });
});
